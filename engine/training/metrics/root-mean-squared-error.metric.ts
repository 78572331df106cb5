import type { MetricDeclaration } from '../../compile/types.ts'
import { isNumber } from './fits.ts'

export const rootMeanSquaredErrorMetric: MetricDeclaration = {
  type: 'root_mean_squared_error',
  label: 'Root mean squared error',
  help: '$\\sqrt{\\frac{1}{n} \\sum (y - \\hat y)^2}$ in the units of the target. Keras RootMeanSquaredError.',
  better: 'lower',
  unitPower: 1,
  fits: isNumber,
  lower: (builder, prediction, target) => builder.emitOne('mean_squared_error', [prediction, target]),
  finish: ([squares]) => Math.sqrt(squares as number),
}
