import type { MetricDeclaration } from '../../compile/types.ts'
import { isNumber } from './fits.ts'

export const meanAbsoluteErrorMetric: MetricDeclaration = {
  type: 'mean_absolute_error',
  label: 'Mean absolute error',
  help: '$\\frac{1}{n} \\sum |y - \\hat y|$ in the units the network sees.',
  better: 'lower',
  unitPower: 1,
  fits: isNumber,
  lower: (builder, prediction, target) => builder.emitOne('mean_absolute_error', [prediction, target]),
}
