import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const hinge: LossDeclaration = {
  type: 'hinge',
  label: 'Hinge',
  help: '$\\max(1 - y \\hat y, 0)$ with labels -1 and 1 (0 counts as -1); a margin for two classes, with tanh or a linear last layer. Keras Hinge.',
  target: 'value',
  check: (prediction, target) => checkValueUnits('Hinge', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('hinge', [prediction, target]),
}
