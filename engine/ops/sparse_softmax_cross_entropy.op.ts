import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'sparse_softmax_cross_entropy',
  target: 'class-index',
  cost: 10,
  cases: [
    { name: 'ten classes', prediction: [-1, 10], draw: [{ min: -4, max: 4 }, { classes: 10 }] },
    { name: 'large logits', prediction: [-1, 3], draw: [{ min: 80, max: 95 }, { classes: 3 }] },
  ],
})

/** `softmax_cross_entropy` for a target that is the number of the class. */
export const sparseSoftmaxCrossEntropy = declared.loss

/** g times the gradient of `sparse_softmax_cross_entropy` with respect to the prediction. */
export const sparseSoftmaxCrossEntropyGradient = declared.gradient
