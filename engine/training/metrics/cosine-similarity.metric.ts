import type { MetricDeclaration } from '../../compile/types.ts'
import { isOneUnitAClass, oneHot } from './fits.ts'

export const cosineSimilarityMetric: MetricDeclaration = {
  type: 'cosine_similarity',
  label: 'Cosine similarity',
  help: 'Mean cosine of the angle between prediction and one-hot target: 1 is the same direction. Keras CosineSimilarity.',
  better: 'higher',
  fits: isOneUnitAClass,
  lower(builder, prediction, target) {
    const loss = builder.emitOne('cosine_similarity', [prediction, oneHot(builder, prediction, target)])
    return builder.emitOne('scale', [loss], { factor: -1 })
  },
}
