import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'softmax_cross_entropy',
  target: 'distribution',
  cost: 12,
  cases: [
    { name: 'distributions', prediction: [-1, 5], draw: [{ min: -4, max: 4 }, { distribution: true }] },
    { name: 'large logits', prediction: [-1, 3], draw: [{ min: 80, max: 95 }, { distribution: true }] },
  ],
})

/** Categorical cross-entropy of logits: log(sum(e^x)) sum(t) - sum(t x). */
export const softmaxCrossEntropy = declared.loss

/** g times the gradient of `softmax_cross_entropy` with respect to the prediction. */
export const softmaxCrossEntropyGradient = declared.gradient
