import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'mean_squared_logarithmic_error',
  target: 'like-prediction',
  cost: 8,
  cases: [
    {
      name: 'vectors',
      prediction: [-1, 4],
      draw: [
        { min: 0.1, max: 3 },
        { min: 0.1, max: 3 },
      ],
    },
    {
      name: 'one output',
      prediction: [-1, 1],
      draw: [
        { min: 0.1, max: 3 },
        { min: 0.1, max: 3 },
      ],
    },
    {
      name: 'images',
      prediction: [-1, 3, 2],
      draw: [
        { min: 0.1, max: 3 },
        { min: 0.1, max: 3 },
      ],
    },
  ],
})

/** The mean over features of (log(1 + p) - log(1 + t))², p and t at least 1e-7 as in Keras 3. */
export const meanSquaredLogarithmicError = declared.loss

/** g times the gradient of `mean_squared_logarithmic_error` with respect to the prediction. */
export const meanSquaredLogarithmicErrorGradient = declared.gradient
