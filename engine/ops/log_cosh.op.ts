import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'log_cosh',
  target: 'like-prediction',
  cost: 6,
  cases: [
    { name: 'vectors', prediction: [-1, 4], draw: [null, null] },
    { name: 'one output', prediction: [-1, 1], draw: [null, null] },
    { name: 'images', prediction: [-1, 3, 2], draw: [null, null] },
  ],
})

/** The mean over features of log(cosh(p - t)). */
export const logCosh = declared.loss

/** g times the gradient of `log_cosh` with respect to the prediction. */
export const logCoshGradient = declared.gradient
