import type { MetricDeclaration } from '../../compile/types.ts'
import { isNumber } from './fits.ts'

export const meanSquaredErrorMetric: MetricDeclaration = {
  type: 'mean_squared_error',
  label: 'Mean squared error',
  help: '$\\frac{1}{n} \\sum (y - \\hat y)^2$ in the units the network sees.',
  better: 'lower',
  unitPower: 2,
  fits: isNumber,
  lower: (builder, prediction, target) => builder.emitOne('mean_squared_error', [prediction, target]),
}
