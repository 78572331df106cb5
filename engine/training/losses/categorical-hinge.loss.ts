import type { LossDeclaration } from '../../compile/types.ts'
import { checkClassUnits } from './check.ts'

export const categoricalHinge: LossDeclaration = {
  type: 'categorical_hinge',
  label: 'Categorical hinge',
  help: '$\\max(\\max_c (1 - y_c) \\hat y_c - \\sum_c y_c \\hat y_c + 1, 0)$: the right class is to lead by 1. Keras CategoricalHinge.',
  target: 'one-hot',
  check: (prediction, target) => checkClassUnits('Categorical hinge', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('categorical_hinge', [prediction, target]),
}
