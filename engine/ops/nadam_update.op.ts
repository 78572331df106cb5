import { updateOp } from './update.ts'

/** Nadam as in Keras 3 (Dozat 2016): Adam with Nesterov momentum and its schedule of momenta. */
export const nadamUpdate = updateOp({
  name: 'nadam_update',
  attributes: {
    beta1: { kind: 'number', min: 0, max: 1 - 1e-12, default: 0.9 },
    beta2: { kind: 'number', min: 0, max: 1 - 1e-12, default: 0.999 },
    epsilon: { kind: 'number', min: 0, max: 1e6, default: 1e-7 },
  },
  slots: () => 2,
  samples: [
    {
      name: 'two parameters',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [null, null, null, null, null, null, { min: 0.1, max: 1 }, { min: 0.1, max: 1 }],
      attributes: { count: 2 },
    },
    {
      name: 'one parameter',
      inputs: [[17], [17], [17], [17]],
      draw: [null, null, null, { min: 0.1, max: 1 }],
      attributes: { count: 1, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 },
    },
  ],
})
