import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const meanSquaredLogarithmicError: LossDeclaration = {
  type: 'mean_squared_logarithmic_error',
  label: 'Mean squared logarithmic error',
  help: '$\\frac{1}{n} \\sum (\\ln(1 + y) - \\ln(1 + \\hat y))^2$; for numbers from 0 upward whose ratio matters, such as prices. Leave such a target unscaled. Keras MeanSquaredLogarithmicError.',
  target: 'value',
  activations: ['softplus', 'relu', 'sigmoid', 'softmax'],
  check: (prediction, target) => checkValueUnits('Mean squared logarithmic error', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('mean_squared_logarithmic_error', [prediction, target]),
}
