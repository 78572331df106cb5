import { updateOp } from './update.ts'

/** RMSprop as in Keras 3 (Tieleman and Hinton 2012), optionally with momentum and a centred second moment. */
export const rmspropUpdate = updateOp({
  name: 'rmsprop_update',
  attributes: {
    rho: { kind: 'number', min: 0, max: 1, default: 0.9 },
    momentum: { kind: 'number', min: 0, max: 1, default: 0 },
    epsilon: { kind: 'number', min: 0, max: 1e6, default: 1e-7 },
    centered: { kind: 'boolean', default: false },
  },
  slots: (attributes) => 1 + ((attributes.momentum as number) > 0 ? 1 : 0) + (attributes.centered ? 1 : 0),
  samples: [
    {
      name: 'plain',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [null, null, null, null, { min: 0.2, max: 1 }, { min: 0.2, max: 1 }],
      attributes: { count: 2 },
    },
    {
      name: 'momentum',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [null, null, null, null, { min: 0.2, max: 1 }, { min: 0.2, max: 1 }, null, null],
      attributes: { count: 2, momentum: 0.9 },
    },
    {
      name: 'centered',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [
        null,
        null,
        null,
        null,
        { min: 0.2, max: 1 },
        { min: 0.2, max: 1 },
        { min: -0.3, max: 0.3 },
        { min: -0.3, max: 0.3 },
      ],
      attributes: { count: 2, centered: true },
    },
    {
      name: 'both',
      inputs: [[5, 3], [3], [5, 3], [3], [5, 3], [3], [5, 3], [3], [5, 3], [3]],
      draw: [
        null,
        null,
        null,
        null,
        { min: 0.2, max: 1 },
        { min: 0.2, max: 1 },
        null,
        null,
        { min: -0.3, max: 0.3 },
        { min: -0.3, max: 0.3 },
      ],
      attributes: { count: 2, momentum: 0.5, centered: true },
    },
  ],
})
