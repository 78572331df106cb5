import { overwriteOp } from './update.ts'

/** w -= w decay lr, besides what the gradient does (Loshchilov and Hutter 2019), as in Keras 3. */
export const weightDecayUpdate = overwriteOp({
  name: 'weight_decay_update',
  update: true,
  attributes: { decay: { kind: 'number', min: 0, max: 1e6 } },
  samples: [{ name: 'two parameters', inputs: [[5, 3], [3]], attributes: { count: 2, decay: 0.3 } }],
})
