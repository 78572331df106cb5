import { updateOp } from './update.ts'

/** Adagrad as in Keras 3 (Duchi et al. 2011): steps shrink with the sum of all squared gradients. */
export const adagradUpdate = updateOp({
  name: 'adagrad_update',
  attributes: {
    epsilon: { kind: 'number', min: 0, max: 1e6, default: 1e-7 },
  },
  slots: () => 1,
  samples: [
    {
      name: 'two parameters',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [null, null, null, null, { min: 0.1, max: 1 }, { min: 0.1, max: 1 }],
      attributes: { count: 2 },
    },
    {
      name: 'one parameter',
      inputs: [[17], [17], [17]],
      draw: [null, null, { min: 0.1, max: 1 }],
      attributes: { count: 1, epsilon: 1e-3 },
    },
  ],
})
