import { sameShape } from '../../base/shape.ts'
import type { MetricDeclaration } from '../../compile/types.ts'
import { isLabels } from './fits.ts'

export const logLossMetric: MetricDeclaration = {
  type: 'log_loss',
  label: 'Log loss',
  help: 'Mean of $-\\ln p$ of the true class; the prediction must be probabilities. Without label smoothing, class and sample weights, unlike the loss. Keras BinaryCrossentropy, CategoricalCrossentropy; scikit-learn log_loss.',
  better: 'lower',
  fits: (prediction, target) => (target?.kind === 'classes' && prediction.length === 2) || isLabels(prediction, target),
  lower(builder, prediction, target) {
    const shape = builder.shapeOf(prediction)
    if (shape[1] === 1) return builder.emitOne('binary_cross_entropy', [prediction, target])
    const op = sameShape(shape, builder.shapeOf(target)) ? 'categorical' : 'sparse_categorical'
    return builder.emitOne(`${op}_cross_entropy`, [prediction, target])
  },
  ofLabels: {
    lower: (builder, prediction, target) => builder.emitOne('binary_cross_entropy', [prediction, target]),
  },
}
