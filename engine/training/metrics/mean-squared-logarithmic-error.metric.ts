import type { MetricDeclaration } from '../../compile/types.ts'
import { isNumber } from './fits.ts'

export const meanSquaredLogarithmicErrorMetric: MetricDeclaration = {
  type: 'mean_squared_logarithmic_error',
  label: 'Mean squared logarithmic error',
  help: 'Mean of $(\\ln(1 + y) - \\ln(1 + \\hat y))^2$ of the numbers the network sees. Keras MeanSquaredLogarithmicError.',
  better: 'lower',
  fits: isNumber,
  lower: (builder, prediction, target) => builder.emitOne('mean_squared_logarithmic_error', [prediction, target]),
}
