import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'mean_absolute_error',
  target: 'like-prediction',
  cost: 3,
  cases: [
    { name: 'above the target', prediction: [-1, 4], draw: [null, { min: -3, max: -1.5 }] },
    { name: 'below the target', prediction: [-1, 3, 2], draw: [null, { min: 1.5, max: 3 }] },
  ],
})

/** The mean over features of |prediction - target|; sign(0) = 0. */
export const meanAbsoluteError = declared.loss

/** g times the gradient of `mean_absolute_error` with respect to the prediction. */
export const meanAbsoluteErrorGradient = declared.gradient
