import type { Shape } from '../base/shape.ts'
import { elements, expectShape, given, reuseOf } from './check.ts'
import { defineOp, type OpDeclaration, type OpSample } from './op.ts'

/** Apart from each other, so that no finite difference crosses the edge where both are equal. */
const apart: OpSample['draw'] = [
  { min: -1, max: -0.1 },
  { min: 0.1, max: 1 },
]

/** The larger or smaller of two tensors of one shape, and its gradient: (dy, a, b) -> da, db. */
export function extremeOps(
  name: 'maximum' | 'minimum',
  onnx: string,
): { forward: OpDeclaration; gradient: OpDeclaration } {
  const gradientName = `${name}_gradient`
  const shapes: readonly [string, Shape][] = [
    ['vectors', [-1, 5]],
    ['images', [-1, 3, 2, 4]],
  ]
  const forward = defineOp({
    name,
    inputs: ['a', 'b'],
    outputs: ['y'],
    attributes: {},
    reuse: reuseOf(0, 1),
    shape([a, b]) {
      const shape = given(name, 'a', a)
      expectShape(name, 'b', b, shape)
      return [shape]
    },
    vjp: ({ builder, gradients: [g], inputs: [a, b] }) =>
      g == null ? [null, null] : builder.emit(gradientName, [g, a as number, b as number]),
    flops: ([a]) => elements(a),
    onnx,
    samples: [
      { name: 'second larger', inputs: [shapes[0]![1], shapes[0]![1]], draw: apart },
      { name: 'first larger', inputs: [shapes[1]![1], shapes[1]![1]], draw: [...apart!].reverse() },
    ],
  })
  const gradient = defineOp({
    name: gradientName,
    inputs: ['dy', 'a', 'b'],
    outputs: ['da', 'db'],
    attributes: {},
    shape([dy, a, b]) {
      const shape = given(gradientName, 'a', a)
      expectShape(gradientName, 'dy', dy, shape)
      expectShape(gradientName, 'b', b, shape)
      return [shape, shape]
    },
    flops: ([dy]) => 2 * elements(dy),
    onnx: null,
    samples: [
      ...shapes.map(([sample, shape]) => ({ name: sample, inputs: [shape, shape, shape] })),
      {
        name: 'ties',
        inputs: [
          [-1, 9],
          [-1, 9],
          [-1, 9],
        ],
        draw: [null, { classes: 2 }, { classes: 2 }],
      },
    ],
  })
  return { forward, gradient }
}
