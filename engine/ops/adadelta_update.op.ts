import { updateOp } from './update.ts'

/** Adadelta as in Keras 3 (Zeiler 2012): steps in the ratio of the running sizes of past steps and of gradients. */
export const adadeltaUpdate = updateOp({
  name: 'adadelta_update',
  attributes: {
    rho: { kind: 'number', min: 0, max: 1, default: 0.95 },
    epsilon: { kind: 'number', min: 0, max: 1e6, default: 1e-7 },
  },
  slots: () => 2,
  samples: [
    {
      name: 'two parameters',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [
        null,
        null,
        null,
        null,
        { min: 0.1, max: 1 },
        { min: 0.1, max: 1 },
        { min: 0.1, max: 1 },
        { min: 0.1, max: 1 },
      ],
      attributes: { count: 2 },
    },
    {
      name: 'one parameter',
      inputs: [[17], [17], [17], [17]],
      draw: [null, null, { min: 0.1, max: 1 }, { min: 0.1, max: 1 }],
      attributes: { count: 1, rho: 0.5, epsilon: 1e-3 },
    },
  ],
})
