import type { Shape } from '../base/shape.ts'
import { activationFlops, activationNames } from './activations.ts'
import { elements, expectRank, expectShape, expectShapeIfGiven, features, reuseOf, withAxis } from './check.ts'
import { type AttributeSpec, defineOp } from './op.ts'

const epsilon: AttributeSpec = { kind: 'number', min: 0, max: 1e6, default: 1e-3 }
/** Those whose derivative follows from their output: the op's other results are in place, so that it cannot be done again. */
const normalizedActivations = activationNames.slice(0, 4)
const activation: AttributeSpec = { kind: 'choice', options: normalizedActivations, default: 'linear' }
const variance = { min: 0.5, max: 2 }

/** Refuses operands whose channels are not those of x's last axis; returns their shape. */
function channels(op: string, x: Shape, operands: Readonly<Record<string, Shape | null | undefined>>): Shape {
  const shape = [features(x)]
  for (const [name, operand] of Object.entries(operands)) expectShapeIfGiven(op, name, operand, shape)
  return shape
}

/** Normalisation by the batch's own mean and biased variance (Ioffe and Szegedy 2015), then an activation; moves the moving statistics. */
export const batchNormalization = defineOp({
  name: 'batch_normalization',
  inputs: ['x', 'gamma?', 'beta?', 'moving_mean', 'moving_variance'],
  outputs: ['y', 'mean', 'inverse_deviation', 'moving_mean', 'moving_variance'],
  attributes: { momentum: { kind: 'number', min: 0, max: 1, default: 0.99 }, epsilon, activation },
  inPlace: () => [
    [3, 3],
    [4, 4],
  ],
  reuse: reuseOf(0),
  shape([xShape, gamma, beta, mean, variance]) {
    const op = 'batch_normalization'
    const x = expectRank(op, 'x', xShape, 2)
    const shape = channels(op, x, { gamma, beta })
    expectShape(op, 'moving_mean', mean, shape)
    expectShape(op, 'moving_variance', variance, shape)
    return [x, shape, shape, shape, shape]
  },
  vjp({ builder, gradients, inputs: [x, gamma, beta], outputs: [y, mean, inverseDeviation], attributes }) {
    let g = gradients[0] ?? null
    if (g == null) return [null, null, null, null, null]
    if (attributes.activation !== 'linear') {
      g = builder.emitOne('activation_gradient', [g, null, y as number], {
        activation: attributes.activation as string,
      })
    }
    const taped = [g, x as number, gamma ?? null, mean as number, inverseDeviation as number]
    const [dx, dgamma, dbeta] = builder.emit('batch_normalization_gradient', taped) as [number, number, number]
    return [dx, gamma == null ? null : dgamma, beta == null ? null : dbeta, null, null]
  },
  flops: ([x], _, attributes) => (8 + activationFlops(attributes.activation as string)) * elements(x),
  onnx: 'BatchNormalization',
  samples: [
    {
      name: 'scale and centre',
      inputs: [[-1, 5], [5], [5], [5], [5]],
      draw: [{ min: -2, max: 3 }, { min: 0.5, max: 1.5 }, null, null, variance],
      constant: [3, 4],
    },
    {
      name: 'neither',
      inputs: [[-1, 5], null, null, [5], [5]],
      attributes: { momentum: 0.9, epsilon: 1e-5 },
      draw: [null, null, null, null, variance],
      constant: [3, 4],
    },
    {
      name: 'images',
      inputs: [[-1, 3, 2, 4], [4], [4], [4], [4]],
      draw: [null, null, null, null, variance],
      constant: [3, 4],
    },
    ...normalizedActivations.slice(1).map((activation) => ({
      name: `then ${activation}`,
      inputs: [[-1, 3, 3], [3], [3], [3], [3]],
      attributes: { activation },
      draw: [null, null, { min: 0.5, max: 1 }, null, variance],
      constant: [3, 4],
    })),
  ],
})

/** The gradient of `batch_normalization` through the batch's statistics. */
export const batchNormalizationGradient = defineOp({
  name: 'batch_normalization_gradient',
  inputs: ['dy', 'x', 'gamma?', 'mean', 'inverse_deviation'],
  outputs: ['dx', 'dgamma?', 'dbeta?'],
  attributes: {},
  reuse: reuseOf(0, 1),
  shape([dy, xShape, gamma, mean, inverseDeviation]) {
    const op = 'batch_normalization_gradient'
    const x = expectRank(op, 'x', xShape, 2)
    expectShape(op, 'dy', dy, x)
    const shape = channels(op, x, { gamma })
    expectShape(op, 'mean', mean, shape)
    expectShape(op, 'inverse_deviation', inverseDeviation, shape)
    return [x, shape, shape]
  },
  flops: ([dy]) => 11 * elements(dy),
  onnx: null,
  samples: [
    {
      name: 'scaled',
      inputs: [[-1, 5], [-1, 5], [5], [5], [5]],
      draw: [null, null, null, null, variance],
    },
    {
      name: 'unscaled',
      inputs: [[-1, 3, 4], [-1, 3, 4], null, [4], [4]],
      draw: [null, null, null, null, variance],
    },
  ],
})

/** Normalisation by the moving statistics. */
export const batchNormalizationInference = defineOp({
  name: 'batch_normalization_inference',
  inputs: ['x', 'gamma?', 'beta?', 'moving_mean', 'moving_variance'],
  outputs: ['y'],
  attributes: { epsilon },
  reuse: reuseOf(0),
  shape([xShape, gamma, beta, mean, variance]) {
    const op = 'batch_normalization_inference'
    const x = expectRank(op, 'x', xShape, 2)
    const shape = channels(op, x, { gamma, beta })
    expectShape(op, 'moving_mean', mean, shape)
    expectShape(op, 'moving_variance', variance, shape)
    return [x]
  },
  vjp({ builder, gradients: [g], inputs, attributes, needs }) {
    const [x, gamma, beta, mean, variance] = inputs as [number, number | null, number | null, number, number]
    if (g == null) return [null, null, null, null, null]
    const shape = builder.shapeOf(x)
    const axis = shape.length - 1
    // The op itself with a mean of zero multiplies by gamma / deviation; column sums are the bias gradient of `dense`.
    const columnSums = (value: number): number => {
      const narrow = builder.emitOne('slice', [value], { axis, begin: 0 }, { shape: withAxis(shape, axis, 1) })
      return builder.emit('dense_parameter_gradient', [narrow, value])[1] as number
    }
    const op = 'batch_normalization_inference'
    let dx: number | null = null
    if (needs[0]) {
      const zero = builder.emitOne('fill', [], { value: 0 }, { shape: builder.shapeOf(mean) })
      dx = builder.emitOne(op, [g, gamma, null, zero, variance], attributes)
    }
    let dgamma: number | null = null
    if (needs[1]) {
      const normalized = builder.emitOne(op, [x, null, null, mean, variance], attributes)
      dgamma = columnSums(builder.emitOne('multiply', [g, normalized]))
    }
    return [dx, dgamma, needs[2] && beta !== null ? columnSums(g) : null, null, null]
  },
  flops: ([x]) => 3 * elements(x),
  onnx: 'BatchNormalization',
  samples: [
    {
      name: 'scale and centre',
      inputs: [[-1, 5], [5], [5], [5], [5]],
      draw: [null, null, null, null, variance],
      constant: [3, 4],
    },
    {
      name: 'neither',
      inputs: [[-1, 3, 4], null, null, [4], [4]],
      draw: [null, null, null, null, variance],
      constant: [3, 4],
    },
  ],
})
