import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'poisson',
  target: 'like-prediction',
  cost: 4,
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

/** The mean over features of p - t log(p + 1e-7) as in Keras 3. */
export const poisson = declared.loss

/** g times the gradient of `poisson` with respect to the prediction. */
export const poissonGradient = declared.gradient
