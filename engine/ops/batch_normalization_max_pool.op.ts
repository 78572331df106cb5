import { activationFlops } from './activations.ts'
import { batchNormalization } from './batch_normalization.op.ts'
import { elements, expectShape, expectShapeIfGiven, reuseOf } from './check.ts'
import { type AttributeSpec, defineOp } from './op.ts'
import { expectImages, pooledHalves, poolOutputs } from './windows.ts'

const activation: AttributeSpec = { kind: 'choice', options: ['linear', 'relu'], default: 'linear' }
const variance = { min: 0.5, max: 2 }

function pooled(op: string, x: readonly [number, number, number, number]): number[] {
  return [-1, ...poolOutputs(op, x, pooledHalves), x[3]]
}

/**
 * `batch_normalization`, then the largest of each 2 x 2 pixels: what lies between is never stored. An odd last row or column is in no window
 * but counts in the statistics.
 */
export const batchNormalizationMaxPool = defineOp({
  name: 'batch_normalization_max_pool',
  inputs: batchNormalization.inputs,
  outputs: batchNormalization.outputs,
  attributes: { ...batchNormalization.attributes, activation },
  inPlace: batchNormalization.inPlace,
  shape([xShape, ...operands], attributes) {
    const x = expectImages('batch_normalization_max_pool', 'x', xShape)
    const [, ...statistics] = batchNormalization.shape([x, ...operands], attributes)
    return [pooled('batch_normalization_max_pool', x), ...statistics]
  },
  vjp({ builder, gradients, inputs: [x, gamma, beta], outputs: [, mean, inverseDeviation], attributes }) {
    const g = gradients[0] ?? null
    if (g == null) return [null, null, null, null, null]
    const taped = [g, x as number, gamma ?? null, beta ?? null, mean as number, inverseDeviation as number]
    const own = { activation: attributes.activation as string }
    const [dx, dgamma, dbeta] = builder.emit('batch_normalization_max_pool_gradient', taped, own)
    return [
      dx as number,
      gamma == null ? null : (dgamma as number),
      beta == null ? null : (dbeta as number),
      null,
      null,
    ]
  },
  flops: ([x], _, attributes) => (9 + activationFlops(attributes.activation as string)) * elements(x),
  onnx: null,
  samples: [
    {
      name: 'scale and centre, then relu',
      inputs: [[-1, 4, 6, 3], [3], [3], [3], [3]],
      attributes: { activation: 'relu' },
      draw: [null, { min: -1.5, max: 1.5 }, { min: 0.2, max: 0.6 }, null, variance],
      constant: [3, 4],
    },
    {
      name: 'neither, odd sizes',
      inputs: [[-1, 5, 3, 2], null, null, [2], [2]],
      attributes: { momentum: 0.9, epsilon: 1e-5 },
      draw: [null, null, null, null, variance],
      constant: [3, 4],
    },
    {
      name: 'many channels',
      inputs: [[-1, 2, 4, 19], [19], [19], [19], [19]],
      attributes: { activation: 'relu' },
      draw: [null, null, null, null, variance],
      constant: [3, 4],
    },
  ],
})

/** Its gradient. The largest pixel of each window is found again, from x: gradients go to the first one, row by row. */
export const batchNormalizationMaxPoolGradient = defineOp({
  name: 'batch_normalization_max_pool_gradient',
  inputs: ['dy', 'x', 'gamma?', 'beta?', 'mean', 'inverse_deviation'],
  outputs: ['dx', 'dgamma?', 'dbeta?'],
  attributes: { activation },
  reuse: reuseOf(1),
  shape([dy, xShape, gamma, beta, mean, inverseDeviation]) {
    const op = 'batch_normalization_max_pool_gradient'
    const x = expectImages(op, 'x', xShape)
    expectShape(op, 'dy', dy, pooled(op, x))
    const channels = [x[3]]
    expectShapeIfGiven(op, 'gamma', gamma, channels)
    expectShapeIfGiven(op, 'beta', beta, channels)
    expectShape(op, 'mean', mean, channels)
    expectShape(op, 'inverse_deviation', inverseDeviation, channels)
    return [x, channels, channels]
  },
  flops: ([, x]) => 14 * elements(x),
  onnx: null,
  samples: [
    {
      name: 'scaled, through relu',
      inputs: [[-1, 2, 3, 3], [-1, 4, 6, 3], [3], [3], [3], [3]],
      attributes: { activation: 'relu' },
      draw: [null, null, { min: -1.5, max: 1.5 }, null, null, variance],
    },
    {
      name: 'unscaled, odd sizes',
      inputs: [[-1, 2, 1, 2], [-1, 5, 3, 2], null, null, [2], [2]],
      draw: [null, null, null, null, null, variance],
    },
    {
      name: 'many channels',
      inputs: [[-1, 1, 2, 19], [-1, 2, 4, 19], [19], [19], [19], [19]],
      attributes: { activation: 'relu' },
      draw: [null, null, null, null, null, variance],
    },
  ],
})
