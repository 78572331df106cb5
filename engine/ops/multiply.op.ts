import { elements, expectShape, given, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

/** y = a b, elementwise. */
export const multiply = defineOp({
  name: 'multiply',
  inputs: ['a', 'b'],
  outputs: ['y'],
  attributes: {},
  reuse: reuseOf(0, 1),
  shape([a, b]) {
    const shape = given('multiply', 'a', a)
    expectShape('multiply', 'b', b, shape)
    return [shape]
  },
  vjp({ builder, gradients: [g], inputs: [a, b], needs }) {
    if (g == null) return [null, null]
    return [
      needs[0] ? builder.emitOne('multiply', [g, b as number]) : null,
      needs[1] ? builder.emitOne('multiply', [g, a as number]) : null,
    ]
  },
  flops: ([a]) => elements(a),
  onnx: 'Mul',
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
