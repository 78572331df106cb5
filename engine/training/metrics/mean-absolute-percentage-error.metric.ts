import type { MetricDeclaration } from '../../compile/types.ts'
import { isNumber } from './fits.ts'

export const meanAbsolutePercentageErrorMetric: MetricDeclaration = {
  type: 'mean_absolute_percentage_error',
  label: 'Mean absolute percentage error',
  help: 'Mean of $100 |y - \\hat y| / |y|$ of the numbers the network sees; the report of a run has it in source units. Keras MeanAbsolutePercentageError.',
  better: 'lower',
  fits: isNumber,
  lower: (builder, prediction, target) => builder.emitOne('mean_absolute_percentage_error', [prediction, target]),
}
