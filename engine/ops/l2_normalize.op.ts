import { elements, expectRank, expectShape, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

/** Each row of the last axis divided by its length, which counts as 1e-7 at least. */
export const l2Normalize = defineOp({
  name: 'l2_normalize',
  inputs: ['x'],
  outputs: ['y'],
  attributes: {},
  reuse: reuseOf(0),
  shape: ([x]) => [expectRank('l2_normalize', 'x', x, 2)],
  vjp: ({ builder, gradients: [g], inputs: [x] }) => [
    g == null ? null : builder.emitOne('l2_normalize_gradient', [g, x as number]),
  ],
  flops: ([x]) => 3 * elements(x),
  onnx: 'ReduceL2, Max, Div',
  samples: [
    { name: 'vectors', inputs: [[-1, 5]] },
    { name: 'sequences', inputs: [[-1, 3, 17]] },
    { name: 'numbers', inputs: [[-1, 2, 1]], draw: [{ min: 0.5, max: 1 }] },
  ],
})

export const l2NormalizeGradient = defineOp({
  name: 'l2_normalize_gradient',
  inputs: ['dy', 'x'],
  outputs: ['dx'],
  attributes: {},
  reuse: reuseOf(0, 1),
  shape([dy, x]) {
    const shape = expectRank('l2_normalize_gradient', 'x', x, 2)
    expectShape('l2_normalize_gradient', 'dy', dy, shape)
    return [shape]
  },
  flops: ([x]) => 7 * elements(x),
  onnx: null,
  samples: [
    {
      name: 'vectors',
      inputs: [
        [-1, 5],
        [-1, 5],
      ],
    },
    {
      name: 'sequences',
      inputs: [
        [-1, 3, 4],
        [-1, 3, 4],
      ],
    },
  ],
})
