import type { Shape } from '../base/shape.ts'
import { elements, expectShape, expectShapeIfGiven, given, shapeError } from './check.ts'
import { defineOp } from './op.ts'

/** Sequences N x steps x features. */
function expectSequences(op: string, operand: string, shape: Shape | null | undefined): Shape {
  const x = given(op, operand, shape)
  if (x.length !== 3 || x[0] !== -1) shapeError(op, operand, 'N x steps x features', `${x.length} dimensions`)
  return x
}

/** The mean of the steps of each sequence that count; 0 where none does. */
export const maskedMean = defineOp({
  name: 'masked_mean',
  inputs: ['x', 'mask?'],
  outputs: ['y'],
  attributes: {},
  shape([xShape, mask]) {
    const x = expectSequences('masked_mean', 'x', xShape)
    expectShapeIfGiven('masked_mean', 'mask', mask, x.slice(0, 2))
    return [[-1, x[2] as number]]
  },
  vjp({ builder, gradients: [g], inputs: [x, mask] }) {
    if (g == null) return [null, null]
    const shape = builder.shapeOf(x as number)
    return [builder.emitOne('masked_mean_gradient', [g, mask ?? null], {}, { shape }), null]
  },
  flops: ([x]) => elements(x),
  onnx: 'ReduceMean, or Where, ReduceSum, Div',
  samples: [
    { name: 'all steps', inputs: [[-1, 4, 3], null] },
    {
      name: 'masked steps',
      inputs: [
        [-1, 5, 17],
        [-1, 5],
      ],
      draw: [null, { classes: 2 }],
    },
    {
      name: 'one step',
      inputs: [
        [-1, 1, 2],
        [-1, 1],
      ],
      draw: [null, { classes: 2 }],
    },
  ],
})

export const maskedMeanGradient = defineOp({
  name: 'masked_mean_gradient',
  inputs: ['dy', 'mask?'],
  outputs: ['dx'],
  attributes: {},
  shaped: true,
  shape([dy, mask], _, stated) {
    const op = 'masked_mean_gradient'
    const x = expectSequences(op, 'dx', stated)
    expectShape(op, 'dy', dy, [-1, x[2] as number])
    expectShapeIfGiven(op, 'mask', mask, x.slice(0, 2))
    return [x]
  },
  flops: (_, [dx]) => elements(dx),
  onnx: null,
  samples: [
    { name: 'all steps', inputs: [[-1, 3], null], shape: [-1, 4, 3] },
    {
      name: 'masked steps',
      inputs: [
        [-1, 3],
        [-1, 5],
      ],
      draw: [null, { classes: 2 }],
      shape: [-1, 5, 3],
    },
  ],
})
