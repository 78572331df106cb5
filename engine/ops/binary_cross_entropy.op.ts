import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'binary_cross_entropy',
  target: 'like-prediction',
  cost: 8,
  cases: [
    { name: 'one output', prediction: [-1, 1], draw: [{ min: 0.05, max: 0.95 }, { classes: 2 }] },
    {
      name: 'several labels',
      prediction: [-1, 4],
      draw: [
        { min: 0.05, max: 0.95 },
        { min: 0, max: 1 },
      ],
    },
  ],
})

/** The mean over features of -(t log p + (1 - t) log(1 - p)), p clipped to [1e-7, 1 - 1e-7] as in Keras 3. */
export const binaryCrossEntropy = declared.loss

/** g times the gradient of `binary_cross_entropy` with respect to the prediction. */
export const binaryCrossEntropyGradient = declared.gradient
