import type { LossDeclaration } from '../../compile/types.ts'
import { checkValueUnits } from './check.ts'
import { labelSmoothingParam, smoothed } from './smoothing.ts'

export const binaryCrossentropy: LossDeclaration = {
  type: 'binary_crossentropy',
  label: 'Binary cross-entropy',
  help: '$-y \\ln p - (1 - y) \\ln(1 - p)$; for two classes with one sigmoid unit. Keras BinaryCrossentropy.',
  target: 'value',
  params: { labelSmoothing: labelSmoothingParam },
  check: (prediction, target) => checkValueUnits('Binary cross-entropy', prediction, target),
  lower: (builder, prediction, target, params) =>
    builder.emitOne('binary_cross_entropy', [prediction, smoothed(builder, target, params, 1 / 2)]),
}
