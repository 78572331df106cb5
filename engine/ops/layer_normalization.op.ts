import type { Shape } from '../base/shape.ts'
import { elements, expectRank, expectShape, expectShapeIfGiven, features, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

const positive = { min: 0.5, max: 2 }

/** Normalisation of each row by its own mean and biased variance (Ba, Kiros and Hinton 2016). */
export const layerNormalization = defineOp({
  name: 'layer_normalization',
  inputs: ['x', 'gamma?', 'beta?'],
  outputs: ['y', 'mean?', 'inverse_deviation?'],
  attributes: { epsilon: { kind: 'number', min: 0, max: 1e6, default: 1e-3 } },
  reuse: reuseOf(0),
  shape([xShape, gamma, beta]) {
    const op = 'layer_normalization'
    const x = expectRank(op, 'x', xShape, 2)
    const shape = [features(x)]
    expectShapeIfGiven(op, 'gamma', gamma, shape)
    expectShapeIfGiven(op, 'beta', beta, shape)
    const rows = x.slice(0, -1)
    return [x, rows, rows]
  },
  vjp({ builder, gradients: [g], inputs: [x, gamma, beta], outputs: [, mean, inverseDeviation] }) {
    if (g == null) return [null, null, null]
    const taped = [g, x as number, gamma ?? null, mean as number, inverseDeviation as number]
    const [dx, dgamma, dbeta] = builder.emit('layer_normalization_gradient', taped) as [number, number, number]
    return [dx, gamma == null ? null : dgamma, beta == null ? null : dbeta]
  },
  flops: ([x]) => 8 * elements(x),
  onnx: 'LayerNormalization',
  samples: [
    {
      name: 'scale and centre',
      inputs: [[-1, 5], [5], [5]],
      draw: [{ min: -2, max: 3 }, { min: 0.5, max: 1.5 }, null],
    },
    { name: 'neither', inputs: [[-1, 6], null, null], attributes: { epsilon: 1e-5 } },
    { name: 'sequences, scaled', inputs: [[-1, 3, 7], [7], null] },
    { name: 'sequences, centred', inputs: [[-1, 2, 35], null, [35]] },
  ],
})

/** The gradient of `layer_normalization` through each row's own statistics. */
export const layerNormalizationGradient = defineOp({
  name: 'layer_normalization_gradient',
  inputs: ['dy', 'x', 'gamma?', 'mean', 'inverse_deviation'],
  outputs: ['dx', 'dgamma?', 'dbeta?'],
  attributes: {},
  reuse: reuseOf(0, 1),
  shape([dy, xShape, gamma, mean, inverseDeviation]) {
    const op = 'layer_normalization_gradient'
    const x = expectRank(op, 'x', xShape, 2)
    expectShape(op, 'dy', dy, x)
    const shape: Shape = [features(x)]
    expectShapeIfGiven(op, 'gamma', gamma, shape)
    expectShape(op, 'mean', mean, x.slice(0, -1))
    expectShape(op, 'inverse_deviation', inverseDeviation, x.slice(0, -1))
    return [x, shape, shape]
  },
  flops: ([dy]) => 11 * elements(dy),
  onnx: null,
  samples: [
    { name: 'scaled', inputs: [[-1, 5], [-1, 5], [5], [-1], [-1]], draw: [null, null, null, null, positive] },
    {
      name: 'unscaled sequences',
      inputs: [[-1, 3, 4], [-1, 3, 4], null, [-1, 3], [-1, 3]],
      draw: [null, null, null, null, positive],
    },
  ],
})
