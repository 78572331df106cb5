import { formatShape, sameShape } from '../base/shape.ts'
import { elements, expectBatched, shapeError } from './check.ts'
import { defineOp } from './op.ts'

/** Keeps what the mask marks and sets the rest to 0, whatever stands there; the mask has the leading dimensions of x. */
export const applyMask = defineOp({
  name: 'apply_mask',
  inputs: ['x', 'mask'],
  outputs: ['y'],
  attributes: {},
  reuse: [[0, 0]],
  shape([xShape, maskShape]) {
    const op = 'apply_mask'
    const x = expectBatched(op, 'x', xShape)
    const mask = expectBatched(op, 'mask', maskShape)
    if (mask.length > x.length || !sameShape(x.slice(0, mask.length), mask))
      shapeError(op, 'mask', `the leading dimensions of ${formatShape(x)}`, formatShape(mask))
    return [x]
  },
  vjp: ({ builder, gradients: [g], inputs: [, mask] }) => [
    g == null ? null : builder.emitOne('apply_mask', [g, mask as number]),
    null,
  ],
  flops: ([x]) => elements(x),
  onnx: 'Greater, Unsqueeze, Where',
  samples: [
    {
      name: 'sequences',
      inputs: [
        [-1, 4, 3],
        [-1, 4],
      ],
      draw: [null, { classes: 2 }],
    },
    { name: 'samples', inputs: [[-1, 5], [-1]], draw: [null, { classes: 2 }] },
    {
      name: 'elements',
      inputs: [
        [-1, 7],
        [-1, 7],
      ],
      draw: [null, { classes: 2 }],
    },
  ],
})
