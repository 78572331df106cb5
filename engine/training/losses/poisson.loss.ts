import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const poisson: LossDeclaration = {
  type: 'poisson',
  label: 'Poisson',
  help: '$\\frac{1}{n} \\sum \\hat y - y \\ln \\hat y$; for counts, with a last layer that gives positive numbers. Leave such a target unscaled. Keras Poisson.',
  target: 'value',
  activations: ['softplus', 'relu', 'sigmoid', 'softmax'],
  check: (prediction, target) => checkValueUnits('Poisson', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('poisson', [prediction, target]),
}
