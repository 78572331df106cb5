import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'mean_squared_error',
  target: 'like-prediction',
  cost: 3,
  cases: [
    { name: 'vectors', prediction: [-1, 4], draw: [null, null] },
    { name: 'one output', prediction: [-1, 1], draw: [null, null] },
    { name: 'images', prediction: [-1, 3, 2], draw: [null, null] },
  ],
})

/** The mean over features of (prediction - target)². */
export const meanSquaredError = declared.loss

/** g times the gradient of `mean_squared_error` with respect to the prediction. */
export const meanSquaredErrorGradient = declared.gradient
