import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'

export const binaryCrossentropy: LossDeclaration = {
  type: 'binary_crossentropy',
  label: 'Binary cross-entropy',
  help: '$-y \\ln p - (1 - y) \\ln(1 - p)$; for two classes with one sigmoid unit. Keras BinaryCrossentropy.',
  target: 'value',
  check: (prediction, target) => checkValueUnits('Binary cross-entropy', prediction, target),
  lower: (builder, prediction, target) => builder.emitOne('binary_cross_entropy', [prediction, target]),
}
