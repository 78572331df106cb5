import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const meanSquaredError: LossDeclaration = {
  type: 'mean_squared_error',
  label: 'Mean squared error',
  help: '$\\frac{1}{n} \\sum (y - \\hat y)^2$; for numbers, with a linear last layer. Large errors weigh most. Keras MeanSquaredError.',
  target: 'value',
  check: (prediction, target) => checkValueUnits('Mean squared error', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('mean_squared_error', [prediction, target]),
}
