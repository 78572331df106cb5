import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'categorical_cross_entropy',
  target: 'distribution',
  cost: 6,
  cases: [
    { name: 'distributions', prediction: [-1, 5], draw: [{ distribution: true }, { distribution: true }] },
    { name: 'not normalised', prediction: [-1, 3], draw: [{ min: 0.05, max: 0.95 }, { distribution: true }] },
  ],
})

/** -sum t log p of the probabilities p, divided by their sum, then clipped to [1e-7, 1 - 1e-7] as in Keras 3. */
export const categoricalCrossEntropy = declared.loss

/** g times the gradient of `categorical_cross_entropy` with respect to the prediction. */
export const categoricalCrossEntropyGradient = declared.gradient
