import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'kl_divergence',
  target: 'distribution',
  cost: 6,
  cases: [
    { name: 'distributions', prediction: [-1, 5], draw: [{ distribution: true }, { distribution: true }] },
    { name: 'not normalised', prediction: [-1, 3], draw: [{ min: 0.05, max: 0.95 }, { distribution: true }] },
  ],
})

/** sum t log(t / p), t and p clipped to [1e-7, 1] as in Keras 3. */
export const klDivergence = declared.loss

/** g times the gradient of `kl_divergence` with respect to the prediction. */
export const klDivergenceGradient = declared.gradient
