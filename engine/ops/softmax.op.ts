import { elements, expectRank, expectShape, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

/** y = e^x / sum(e^x) over the last axis, the maximum subtracted first. */
export const softmax = defineOp({
  name: 'softmax',
  inputs: ['x'],
  outputs: ['y'],
  attributes: {},
  reuse: reuseOf(0),
  shape: ([x]) => [expectRank('softmax', 'x', x, 1)],
  vjp: ({ builder, gradients, outputs }) => [
    gradients[0] == null ? null : builder.emitOne('softmax_gradient', [gradients[0], outputs[0] as number]),
  ],
  flops: ([x]) => 10 * elements(x),
  onnx: 'Softmax',
  samples: [
    { name: 'ten classes', inputs: [[-1, 10]], draw: [{ min: -4, max: 4 }] },
    { name: 'large logits', inputs: [[-1, 3]], draw: [{ min: 80, max: 95 }] },
    { name: 'sequences', inputs: [[-1, 4, 5]] },
  ],
})

/** dx = y (dy - sum(dy y)) over the last axis. */
export const softmaxGradient = defineOp({
  name: 'softmax_gradient',
  inputs: ['dy', 'y'],
  outputs: ['dx'],
  attributes: {},
  reuse: reuseOf(0, 1),
  shape([dy, y]) {
    const shape = expectRank('softmax_gradient', 'y', y, 1)
    expectShape('softmax_gradient', 'dy', dy, shape)
    return [shape]
  },
  flops: ([dy]) => 4 * elements(dy),
  onnx: null,
  samples: [
    {
      name: 'ten classes',
      inputs: [
        [-1, 10],
        [-1, 10],
      ],
      draw: [null, { distribution: true }],
    },
  ],
})
