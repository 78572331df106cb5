import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'categorical_hinge',
  target: 'distribution',
  cost: 5,
  cases: [
    { name: 'distributions', prediction: [-1, 5], draw: [{ distribution: true }, { distribution: true }] },
    { name: 'scores', prediction: [-1, 3], draw: [null, { distribution: true }] },
  ],
})

/** max(max((1 - t) p) - sum(t p) + 1, 0). */
export const categoricalHinge = declared.loss

/** g times the gradient of `categorical_hinge` with respect to the prediction. */
export const categoricalHingeGradient = declared.gradient
