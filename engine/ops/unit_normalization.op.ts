import { elements, expectRank, expectShape } from './check.ts'
import { defineOp } from './op.ts'

/** y = x / max(norm(x), 1e-12), row by row; a row of norm below that has the gradient 0. */
export const unitNormalization = defineOp({
  name: 'unit_normalization',
  inputs: ['x'],
  outputs: ['y', 'inverse'],
  attributes: {},
  shape([xShape]) {
    const x = expectRank('unit_normalization', 'x', xShape, 2)
    return [x, x.slice(0, -1)]
  },
  vjp: ({ builder, gradients: [g], inputs: [x], outputs: [, inverse] }) => [
    g == null ? null : builder.emitOne('unit_normalization_gradient', [g, x as number, inverse as number]),
  ],
  flops: ([x]) => 3 * elements(x),
  onnx: 'ReduceSum and arithmetic',
  samples: [
    { name: 'vectors', inputs: [[-1, 5]] },
    { name: 'sequences', inputs: [[-1, 3, 7]] },
    { name: 'wide', inputs: [[-1, 2, 35]] },
  ],
})

/** The gradient of `unit_normalization`. */
export const unitNormalizationGradient = defineOp({
  name: 'unit_normalization_gradient',
  inputs: ['dy', 'x', 'inverse'],
  outputs: ['dx'],
  attributes: {},
  shape([dy, xShape, inverse]) {
    const op = 'unit_normalization_gradient'
    const x = expectRank(op, 'x', xShape, 2)
    expectShape(op, 'dy', dy, x)
    expectShape(op, 'inverse', inverse, x.slice(0, -1))
    return [x]
  },
  flops: ([dy]) => 6 * elements(dy),
  onnx: null,
  samples: [
    { name: 'vectors', inputs: [[-1, 5], [-1, 5], [-1]], draw: [null, null, { min: 0.5, max: 2 }] },
    {
      name: 'sequences',
      inputs: [
        [-1, 3, 7],
        [-1, 3, 7],
        [-1, 3],
      ],
      draw: [null, null, { min: 0.5, max: 2 }],
    },
  ],
})
