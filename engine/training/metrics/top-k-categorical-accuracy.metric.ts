import { sameShape } from '../../base/shape.ts'
import type { MetricDeclaration } from '../../compile/types.ts'

const K = 5

/** Keras' default number of guesses. */
export const topKAccuracy: MetricDeclaration = {
  type: 'top_k_categorical_accuracy',
  label: 'Top-5 accuracy',
  help: 'Share of samples whose class is among the five most probable; for more than five classes. Keras TopKCategoricalAccuracy.',
  better: 'higher',
  fits: (prediction, target) => target?.kind === 'classes' && prediction.length === 2 && (prediction[1] as number) > K,
  lower(builder, prediction, target) {
    const oneHot = sameShape(builder.shapeOf(prediction), builder.shapeOf(target))
    const op = oneHot ? 'top_k_categorical_accuracy' : 'sparse_top_k_categorical_accuracy'
    return builder.emitOne(op, [prediction, target], { k: K })
  },
}
