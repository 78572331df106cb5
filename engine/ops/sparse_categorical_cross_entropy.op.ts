import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'sparse_categorical_cross_entropy',
  target: 'class-index',
  cost: 4,
  cases: [
    { name: 'distributions', prediction: [-1, 5], draw: [{ distribution: true }, { classes: 5 }] },
    { name: 'not normalised', prediction: [-1, 3], draw: [{ min: 0.05, max: 0.95 }, { classes: 3 }] },
  ],
})

/** `categorical_cross_entropy` for a target that is the number of the class. */
export const sparseCategoricalCrossEntropy = declared.loss

/** g times the gradient of `sparse_categorical_cross_entropy` with respect to the prediction. */
export const sparseCategoricalCrossEntropyGradient = declared.gradient
