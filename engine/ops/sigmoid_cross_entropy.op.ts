import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'sigmoid_cross_entropy',
  target: 'like-prediction',
  cost: 10,
  cases: [
    { name: 'one output', prediction: [-1, 1], draw: [{ min: -4, max: 4 }, { classes: 2 }] },
    {
      name: 'several labels',
      prediction: [-1, 4],
      draw: [
        { min: 0.1, max: 30 },
        { min: 0, max: 1 },
      ],
    },
  ],
})

/** Binary cross-entropy of logits x: the mean over features of max(x, 0) - x t + log(1 + e^-|x|). */
export const sigmoidCrossEntropy = declared.loss

/** g times the gradient of `sigmoid_cross_entropy` with respect to the prediction. */
export const sigmoidCrossEntropyGradient = declared.gradient
