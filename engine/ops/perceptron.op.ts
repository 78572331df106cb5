import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'perceptron',
  target: 'like-prediction',
  cost: 3,
  cases: [
    { name: 'active', prediction: [-1, 4], draw: [{ min: 0.1, max: 2 }, { classes: 2 }] },
    { name: 'silent', prediction: [-1, 3], draw: [{ min: -2, max: -0.1 }, { classes: 2 }] },
    { name: 'one unit', prediction: [-1, 1], draw: [{ min: 0.1, max: 1 }, { classes: 2 }] },
  ],
})

/**
 * The perceptron criterion over what the step function is applied to: the sum over units of (step(x) - t) x with t = 0 or 1, 0 for every unit
 * that answers right. Rosenblatt 1958; as a function to descend on, Duda and Hart 1973.
 */
export const perceptron = declared.loss

/** g (step(x) - t): descending along it is Rosenblatt's rule. */
export const perceptronGradient = declared.gradient
