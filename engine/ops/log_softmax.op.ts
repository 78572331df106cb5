import { elements, expectRank, expectShape, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

/** y = log(softmax(x)) over the last axis, exact where the probability itself is 0 in float32. */
export const logSoftmax = defineOp({
  name: 'log_softmax',
  inputs: ['x'],
  outputs: ['y'],
  attributes: {},
  reuse: reuseOf(0),
  shape: ([x]) => [expectRank('log_softmax', 'x', x, 1)],
  vjp: ({ builder, gradients, outputs }) => [
    gradients[0] == null ? null : builder.emitOne('log_softmax_gradient', [gradients[0], outputs[0] as number]),
  ],
  flops: ([x]) => 10 * elements(x),
  onnx: 'LogSoftmax',
  samples: [
    { name: 'ten classes', inputs: [[-1, 10]], draw: [{ min: -4, max: 4 }] },
    { name: 'large logits', inputs: [[-1, 3]], draw: [{ min: -95, max: 95 }] },
    { name: 'many classes in sequences', inputs: [[-1, 2, 131]] },
  ],
})

/** dx = dy - e^y sum(dy) over the last axis. */
export const logSoftmaxGradient = defineOp({
  name: 'log_softmax_gradient',
  inputs: ['dy', 'y'],
  outputs: ['dx'],
  attributes: {},
  reuse: reuseOf(0, 1),
  shape([dy, y]) {
    const shape = expectRank('log_softmax_gradient', 'y', y, 1)
    expectShape('log_softmax_gradient', 'dy', dy, shape)
    return [shape]
  },
  flops: ([dy]) => 10 * elements(dy),
  onnx: null,
  samples: [
    {
      name: 'ten classes',
      inputs: [
        [-1, 10],
        [-1, 10],
      ],
      draw: [null, { min: -5, max: 0 }],
    },
  ],
})
