import { formatShape, type Shape } from '../base/shape.ts'
import { elements, expectBatched, expectShape, expectShapeIfGiven, features, shapeError } from './check.ts'
import { type AttributeSpec, type Attributes, defineOp } from './op.ts'

const groups: AttributeSpec = { kind: 'integer', min: 1, max: 1 << 20 }
const positive = { min: 0.5, max: 2 }

/** x [N, ..., C]; returns it with the shape of its statistics [N, groups]. Throws `op.shape`. */
function grouped(op: string, shape: Shape | null | undefined, attributes: Attributes): { x: Shape; statistics: Shape } {
  const x = expectBatched(op, 'x', shape)
  const count = attributes.groups as number
  if (x.length < 2 || features(x) % count !== 0)
    shapeError(op, 'x', `channels divisible into ${count} groups`, formatShape(x))
  return { x, statistics: [-1, count] }
}

/** Normalisation of each group of channels of each sample by its own mean and biased variance (Wu and He 2018). */
export const groupNormalization = defineOp({
  name: 'group_normalization',
  inputs: ['x', 'gamma?', 'beta?'],
  outputs: ['y', 'mean', 'inverse_deviation'],
  attributes: { groups, epsilon: { kind: 'number', min: 0, max: 1e6, default: 1e-3 } },
  shape([xShape, gamma, beta], attributes) {
    const op = 'group_normalization'
    const { x, statistics } = grouped(op, xShape, attributes)
    expectShapeIfGiven(op, 'gamma', gamma, [features(x)])
    expectShapeIfGiven(op, 'beta', beta, [features(x)])
    return [x, statistics, statistics]
  },
  vjp({ builder, gradients: [g], inputs: [x, gamma, beta], outputs: [, mean, inverseDeviation], attributes }) {
    if (g == null) return [null, null, null]
    const taped = [g, x as number, gamma ?? null, mean as number, inverseDeviation as number]
    const own = { groups: attributes.groups as number }
    const [dx, dgamma, dbeta] = builder.emit('group_normalization_gradient', taped, own) as [number, number, number]
    return [dx, gamma == null ? null : dgamma, beta == null ? null : dbeta]
  },
  flops: ([x]) => 8 * elements(x),
  onnx: 'ReduceMean and arithmetic',
  samples: [
    { name: 'images in two groups', inputs: [[-1, 3, 2, 4], [4], [4]], attributes: { groups: 2 } },
    { name: 'one group', inputs: [[-1, 2, 5], null, null], attributes: { groups: 1, epsilon: 1e-5 } },
    { name: 'as many groups as channels', inputs: [[-1, 4, 3], [3], null], attributes: { groups: 3 } },
    { name: 'vectors', inputs: [[-1, 36], null, [36]], attributes: { groups: 2 } },
  ],
})

/** The gradient of `group_normalization` through each group's own statistics. */
export const groupNormalizationGradient = defineOp({
  name: 'group_normalization_gradient',
  inputs: ['dy', 'x', 'gamma?', 'mean', 'inverse_deviation'],
  outputs: ['dx', 'dgamma?', 'dbeta?'],
  attributes: { groups },
  shape([dy, xShape, gamma, mean, inverseDeviation], attributes) {
    const op = 'group_normalization_gradient'
    const { x, statistics } = grouped(op, xShape, attributes)
    const vector: Shape = [features(x)]
    expectShape(op, 'dy', dy, x)
    expectShapeIfGiven(op, 'gamma', gamma, vector)
    expectShape(op, 'mean', mean, statistics)
    expectShape(op, 'inverse_deviation', inverseDeviation, statistics)
    return [x, vector, vector]
  },
  flops: ([dy]) => 11 * elements(dy),
  onnx: null,
  samples: [
    {
      name: 'images in two groups',
      inputs: [[-1, 3, 2, 4], [-1, 3, 2, 4], [4], [-1, 2], [-1, 2]],
      attributes: { groups: 2 },
      draw: [null, null, null, null, positive],
    },
    {
      name: 'unscaled sequences',
      inputs: [[-1, 3, 4], [-1, 3, 4], null, [-1, 1], [-1, 1]],
      attributes: { groups: 1 },
      draw: [null, null, null, null, positive],
    },
  ],
})
