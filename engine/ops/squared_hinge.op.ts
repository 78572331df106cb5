import { lossOps } from './loss.ts'

const declared = lossOps({
  name: 'squared_hinge',
  target: 'like-prediction',
  cost: 4,
  cases: [
    { name: 'labels', prediction: [-1, 4], draw: [{ min: -0.9, max: 0.9 }, { classes: 2 }] },
    { name: 'beyond the margin', prediction: [-1, 3], draw: [{ min: 1.1, max: 2 }, { classes: 2 }] },
    { name: 'one output', prediction: [-1, 1], draw: [{ min: -0.9, max: 0.9 }, { classes: 2 }] },
  ],
})

/** The mean over features of max(1 - t p, 0)²; a target 0 stands for -1, as Keras converts binary labels. */
export const squaredHinge = declared.loss

/** g times the gradient of `squared_hinge` with respect to the prediction. */
export const squaredHingeGradient = declared.gradient
