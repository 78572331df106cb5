import type { LossDeclaration } from '../../compile/types.ts'
import { checkClassUnits } from './check.ts'
import { labelSmoothingParam, smoothed } from './smoothing.ts'

export const categoricalCrossentropy: LossDeclaration = {
  type: 'categorical_crossentropy',
  label: 'Categorical cross-entropy',
  help: '$-\\sum_c y_c \\ln p_c$ with one-hot targets; for several classes with softmax. Keras CategoricalCrossentropy.',
  target: 'one-hot',
  params: { labelSmoothing: labelSmoothingParam },
  check: (prediction, target) => checkClassUnits('Categorical cross-entropy', prediction, target),
  lower(builder, prediction, target, params) {
    const classes = builder.shapeOf(target).at(-1) as number
    return builder.emitOne('categorical_cross_entropy', [prediction, smoothed(builder, target, params, 1 / classes)])
  },
}
