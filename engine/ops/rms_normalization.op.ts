import type { Shape } from '../base/shape.ts'
import { elements, expectRank, expectShape, expectShapeIfGiven, features } from './check.ts'
import { defineOp } from './op.ts'

const positive = { min: 0.5, max: 2 }

/** y = gamma x / sqrt(mean(x²) + epsilon), row by row (Zhang and Sennrich 2019). */
export const rmsNormalization = defineOp({
  name: 'rms_normalization',
  inputs: ['x', 'gamma?'],
  outputs: ['y', 'inverse'],
  attributes: { epsilon: { kind: 'number', min: 0, max: 1e6, default: 1e-6 } },
  shape([xShape, gamma]) {
    const x = expectRank('rms_normalization', 'x', xShape, 2)
    expectShapeIfGiven('rms_normalization', 'gamma', gamma, [features(x)])
    return [x, x.slice(0, -1)]
  },
  vjp({ builder, gradients: [g], inputs: [x, gamma], outputs: [, inverse] }) {
    if (g == null) return [null, null]
    const taped = [g, x as number, gamma ?? null, inverse as number]
    const [dx, dgamma] = builder.emit('rms_normalization_gradient', taped) as [number, number]
    return [dx, gamma == null ? null : dgamma]
  },
  flops: ([x]) => 4 * elements(x),
  onnx: 'ReduceMean and arithmetic',
  samples: [
    { name: 'scaled', inputs: [[-1, 5], [5]] },
    { name: 'sequences', inputs: [[-1, 3, 7], null], attributes: { epsilon: 0.1 } },
    { name: 'wide', inputs: [[-1, 2, 35], [35]] },
  ],
})

/** The gradient of `rms_normalization`. */
export const rmsNormalizationGradient = defineOp({
  name: 'rms_normalization_gradient',
  inputs: ['dy', 'x', 'gamma?', 'inverse'],
  outputs: ['dx', 'dgamma?'],
  attributes: {},
  shape([dy, xShape, gamma, inverse]) {
    const op = 'rms_normalization_gradient'
    const x = expectRank(op, 'x', xShape, 2)
    const vector: Shape = [features(x)]
    expectShape(op, 'dy', dy, x)
    expectShapeIfGiven(op, 'gamma', gamma, vector)
    expectShape(op, 'inverse', inverse, x.slice(0, -1))
    return [x, vector]
  },
  flops: ([dy]) => 7 * elements(dy),
  onnx: null,
  samples: [
    { name: 'scaled', inputs: [[-1, 5], [-1, 5], [5], [-1]], draw: [null, null, null, positive] },
    { name: 'sequences', inputs: [[-1, 3, 7], [-1, 3, 7], null, [-1, 3]], draw: [null, null, null, positive] },
  ],
})
