import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'mean_absolute_percentage_error',
  target: 'like-prediction',
  cost: 5,
  cases: [
    {
      name: 'vectors',
      prediction: [-1, 4],
      draw: [
        { min: 4, max: 6 },
        { min: 1, max: 3 },
      ],
    },
    {
      name: 'one output',
      prediction: [-1, 1],
      draw: [
        { min: 4, max: 6 },
        { min: 1, max: 3 },
      ],
    },
    {
      name: 'images',
      prediction: [-1, 3, 2],
      draw: [
        { min: 4, max: 6 },
        { min: 1, max: 3 },
      ],
    },
  ],
})

/** The mean over features of 100 |p - t| / max(|t|, 1e-7) as in Keras 3; the gradient at p = t is 0. */
export const meanAbsolutePercentageError = declared.loss

/** g times the gradient of `mean_absolute_percentage_error` with respect to the prediction. */
export const meanAbsolutePercentageErrorGradient = declared.gradient
