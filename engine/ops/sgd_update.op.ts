import { updateOp } from './update.ts'

/** Gradient descent as in Keras 3: v = momentum v - lr g, then w += v, or w += momentum v - lr g with Nesterov's look-ahead. */
export const sgdUpdate = updateOp({
  name: 'sgd_update',
  attributes: {
    momentum: { kind: 'number', min: 0, max: 1, default: 0 },
    nesterov: { kind: 'boolean', default: false },
  },
  slots: (attributes) => ((attributes.momentum as number) > 0 ? 1 : 0),
  samples: [
    { name: 'plain', inputs: [[5, 3], [3], [5, 3], [3]], draw: [null, null, null, null], attributes: { count: 2 } },
    {
      name: 'momentum',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [null, null, null, null, null, null],
      attributes: { count: 2, momentum: 0.9 },
    },
    {
      name: 'nesterov',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [null, null, null, null, null, null],
      attributes: { count: 2, momentum: 0.9, nesterov: true },
    },
  ],
})
