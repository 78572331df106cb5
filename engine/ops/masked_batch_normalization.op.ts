import { type Shape, sameShape } from '../base/shape.ts'
import { elements, expectBatched, expectShape, expectShapeIfGiven, features, reuseOf, shapeError } from './check.ts'
import { defineOp } from './op.ts'

const variance = { min: 0.5, max: 2 }

/** x of rows and channels whose leading dimensions are those of a mask. */
function expectMasked(op: string, xShape: Shape | null | undefined, maskShape: Shape | null | undefined): Shape {
  const x = expectBatched(op, 'x', xShape)
  const mask = expectBatched(op, 'mask', maskShape)
  if (mask.length >= x.length || !sameShape(x.slice(0, mask.length), mask))
    shapeError(op, 'mask', `leading dimensions of ${x.join(' x ')}`, mask.join(' x '))
  return x
}

/** Normalisation by mean and biased variance of the rows that a mask keeps; all rows are normalised by them (Keras BatchNormalization). */
export const maskedBatchNormalization = defineOp({
  name: 'masked_batch_normalization',
  inputs: ['x', 'gamma?', 'beta?', 'moving_mean', 'moving_variance', 'mask'],
  outputs: ['y', 'mean', 'inverse_deviation', 'moving_mean', 'moving_variance'],
  attributes: {
    momentum: { kind: 'number', min: 0, max: 1, default: 0.99 },
    epsilon: { kind: 'number', min: 0, max: 1e6, default: 1e-3 },
  },
  inPlace: () => [
    [3, 3],
    [4, 4],
  ],
  shape([xShape, gamma, beta, mean, moving, mask]) {
    const op = 'masked_batch_normalization'
    const x = expectMasked(op, xShape, mask)
    const shape = [features(x)]
    expectShapeIfGiven(op, 'gamma', gamma, shape)
    expectShapeIfGiven(op, 'beta', beta, shape)
    expectShape(op, 'moving_mean', mean, shape)
    expectShape(op, 'moving_variance', moving, shape)
    return [x, shape, shape, shape, shape]
  },
  vjp({ builder, gradients: [g], inputs: [x, gamma, beta, , , mask], outputs: [, mean, inverseDeviation] }) {
    if (g == null) return [null, null, null, null, null, null]
    const taped = [g, x as number, gamma ?? null, mean as number, inverseDeviation as number, mask as number]
    const [dx, dgamma, dbeta] = builder.emit('masked_batch_normalization_gradient', taped) as [number, number, number]
    return [dx, gamma == null ? null : dgamma, beta == null ? null : dbeta, null, null, null]
  },
  flops: ([x]) => 9 * elements(x),
  onnx: null,
  samples: [
    {
      name: 'steps',
      inputs: [[-1, 4, 3], [3], [3], [3], [3], [-1, 4]],
      draw: [null, { min: 0.5, max: 1.5 }, null, null, variance, { classes: 2 }],
      constant: [3, 4, 5],
    },
    {
      name: 'samples, neither gamma nor beta',
      inputs: [[-1, 5], null, null, [5], [5], [-1]],
      attributes: { momentum: 0.9, epsilon: 0.01 },
      draw: [null, null, null, null, variance, { classes: 2 }],
      constant: [3, 4, 5],
    },
    {
      name: 'frames',
      inputs: [[-1, 3, 2, 2], [2], [2], [2], [2], [-1, 3]],
      draw: [null, null, null, null, variance, { classes: 2 }],
      constant: [3, 4, 5],
    },
  ],
})

/** The gradient of `masked_batch_normalization`: what goes through the statistics reaches the rows that they were made from. */
export const maskedBatchNormalizationGradient = defineOp({
  name: 'masked_batch_normalization_gradient',
  inputs: ['dy', 'x', 'gamma?', 'mean', 'inverse_deviation', 'mask'],
  outputs: ['dx', 'dgamma?', 'dbeta?'],
  attributes: {},
  reuse: reuseOf(0, 1),
  shape([dy, xShape, gamma, mean, inverseDeviation, mask]) {
    const op = 'masked_batch_normalization_gradient'
    const x = expectMasked(op, xShape, mask)
    expectShape(op, 'dy', dy, x)
    const shape = [features(x)]
    expectShapeIfGiven(op, 'gamma', gamma, shape)
    expectShape(op, 'mean', mean, shape)
    expectShape(op, 'inverse_deviation', inverseDeviation, shape)
    return [x, shape, shape]
  },
  flops: ([dy]) => 11 * elements(dy),
  onnx: null,
  samples: [
    {
      name: 'scaled',
      inputs: [[-1, 4, 3], [-1, 4, 3], [3], [3], [3], [-1, 4]],
      draw: [null, null, null, null, variance, { classes: 2 }],
    },
    {
      name: 'unscaled',
      inputs: [[-1, 5], [-1, 5], null, [5], [5], [-1]],
      draw: [null, null, null, null, variance, { classes: 2 }],
    },
  ],
})
