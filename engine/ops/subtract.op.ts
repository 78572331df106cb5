import { elements, expectShape, given, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

/** y = a - b. */
export const subtract = defineOp({
  name: 'subtract',
  inputs: ['a', 'b'],
  outputs: ['y'],
  attributes: {},
  reuse: reuseOf(0, 1),
  shape([a, b]) {
    const shape = given('subtract', 'a', a)
    expectShape('subtract', 'b', b, shape)
    return [shape]
  },
  vjp: ({ builder, gradients: [g], needs }) =>
    g == null ? [null, null] : [g, needs[1] ? builder.emitOne('scale', [g], { factor: -1 }) : null],
  flops: ([a]) => elements(a),
  onnx: 'Sub',
  samples: [
    {
      name: 'vectors',
      inputs: [
        [-1, 5],
        [-1, 5],
      ],
    },
  ],
})
