import { clippingKinds, gradientsOp } from './update.ts'

/** Keras 3's clipvalue, clipnorm and global_clipnorm: g becomes g limit / max(norm, limit), or each number is clipped to the limit. */
export const clipGradients = gradientsOp({
  name: 'clip_gradients',
  attributes: {
    kind: { kind: 'choice', options: clippingKinds },
    limit: { kind: 'number', min: 1e-30, max: 1e30 },
  },
  samples: [
    { name: 'by value', inputs: [[5, 3], [3]], attributes: { count: 2, kind: 'value', limit: 0.4 } },
    {
      name: 'by norm, the smaller one kept',
      inputs: [[5, 3], [2]],
      attributes: { count: 2, kind: 'norm', limit: 1.5 },
    },
    { name: 'by global norm', inputs: [[5, 3], [3]], attributes: { count: 2, kind: 'global_norm', limit: 1 } },
    {
      name: 'global norm within the limit',
      inputs: [[2], [3]],
      attributes: { count: 2, kind: 'global_norm', limit: 100 },
    },
  ],
})
