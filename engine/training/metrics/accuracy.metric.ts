import { sameShape } from '../../base/shape.ts'
import type { MetricDeclaration } from '../../compile/types.ts'
import { isLabels } from './fits.ts'

/** A class is right when it is the most probable one; with one unit, when the probability lies on its side of 0.5. */
export const accuracy: MetricDeclaration = {
  type: 'accuracy',
  label: 'Accuracy',
  help: 'Share of samples whose class is predicted right. As in Keras it becomes binary (one unit, threshold 0.5), categorical (one-hot) or sparse categorical accuracy by the shapes. Of several labels it is the share of labels that are right (binary accuracy).',
  better: 'higher',
  fits: (prediction, target) => target?.kind === 'classes' || isLabels(prediction, target),
  lower(builder, prediction, target) {
    const shape = builder.shapeOf(prediction)
    if (shape.at(-1) === 1) return builder.emitOne('binary_accuracy', [prediction, target], { threshold: 0.5 })
    const op = sameShape(shape, builder.shapeOf(target)) ? 'categorical_accuracy' : 'sparse_categorical_accuracy'
    return builder.emitOne(op, [prediction, target])
  },
  ofLabels: {
    lower: (builder, prediction, target) =>
      builder.emitOne('binary_accuracy', [prediction, target], { threshold: 0.5 }),
  },
}
