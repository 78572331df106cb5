import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'huber',
  target: 'like-prediction',
  attributes: { delta: { kind: 'number', min: 0, max: 1e30, default: 1 } },
  cost: 5,
  cases: [
    { name: 'quadratic', prediction: [-1, 4], draw: [null, null], attributes: { delta: 3 } },
    { name: 'linear', prediction: [-1, 3], draw: [{ min: 2, max: 3 }, null], attributes: { delta: 0.5 } },
    { name: 'one output', prediction: [-1, 1], draw: [null, null] },
  ],
})

/** The mean over features of e²/2 where |e| <= delta, else delta |e| - delta²/2, e = p - t. */
export const huber = declared.loss

/** g times the gradient of `huber` with respect to the prediction. */
export const huberGradient = declared.gradient
