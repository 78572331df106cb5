import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const squaredHinge: LossDeclaration = {
  type: 'squared_hinge',
  label: 'Squared hinge',
  help: '$\\max(1 - y \\hat y, 0)^2$ with labels -1 and 1 (0 counts as -1): far violations of the margin weigh most. Keras SquaredHinge.',
  target: 'value',
  check: (prediction, target) => checkValueUnits('Squared hinge', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('squared_hinge', [prediction, target]),
}
