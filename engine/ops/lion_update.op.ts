import { updateOp } from './update.ts'

/** Lion as in Keras 3 (Chen et al. 2023): the sign of a mix of gradient and momentum. */
export const lionUpdate = updateOp({
  name: 'lion_update',
  attributes: {
    beta1: { kind: 'number', min: 0, max: 1 - 1e-12, default: 0.9 },
    beta2: { kind: 'number', min: 0, max: 1 - 1e-12, default: 0.99 },
  },
  slots: () => 1,
  samples: [
    {
      name: 'two parameters',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [null, null, null, null, null, null],
      attributes: { count: 2 },
    },
    {
      name: 'one parameter',
      inputs: [[17], [17], [17]],
      draw: [null, null, null],
      attributes: { count: 1, beta1: 0.5, beta2: 0.9 },
    },
  ],
})
