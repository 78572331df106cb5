import type { LossDeclaration } from '../../compile/types.ts'
import { checkClassUnits } from './check.ts'

export const sparseCategoricalCrossentropy: LossDeclaration = {
  type: 'sparse_categorical_crossentropy',
  label: 'Sparse categorical cross-entropy',
  help: '$-\\ln p_y$ with the class number $y$ as target: the same value as categorical cross-entropy without one-hot targets. Keras SparseCategoricalCrossentropy.',
  target: 'index',
  check: (prediction, target) => checkClassUnits('Sparse categorical cross-entropy', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('sparse_categorical_cross_entropy', [prediction, target]),
}
