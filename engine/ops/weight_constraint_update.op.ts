import { constraintKinds, overwriteOp } from './update.ts'

/**
 * Keras 3's NonNeg, MaxNorm and UnitNorm: negative weights become 0, or the weights of each unit (all axes but the last; a vector as a
 * whole) are scaled to a norm of at most `limit`, or of 1.
 */
export const weightConstraintUpdate = overwriteOp({
  name: 'weight_constraint_update',
  attributes: {
    kind: { kind: 'choice', options: constraintKinds },
    limit: { kind: 'number', min: 0, max: 1e30, default: 2 },
  },
  samples: [
    { name: 'non-negative', inputs: [[5, 3], [3]], attributes: { count: 2, kind: 'non_neg' } },
    {
      name: 'some norms too large',
      inputs: [[5, 3], [3], [2, 3, 4]],
      attributes: { count: 3, kind: 'max_norm', limit: 1.2 },
    },
    { name: 'unit norms', inputs: [[5, 3], [3]], attributes: { count: 2, kind: 'unit_norm' } },
  ],
})
