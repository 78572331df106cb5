import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'cosine_similarity',
  target: 'distribution',
  cost: 8,
  cases: [
    { name: 'directions', prediction: [-1, 4], draw: [null, null] },
    { name: 'two features', prediction: [-1, 2], draw: [{ min: 0.2, max: 1 }, null] },
  ],
})

/** -sum(t p) / (|t| |p|), the norms at least 1e-7 as in Keras 3: -1 for the same direction. */
export const cosineSimilarity = declared.loss

/** g times the gradient of `cosine_similarity` with respect to the prediction. */
export const cosineSimilarityGradient = declared.gradient
