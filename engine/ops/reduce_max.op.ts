import { expectSpread } from './broadcast.op.ts'
import { elements, expectBatched, expectShape, given } from './check.ts'
import { defineOp } from './op.ts'

/** The largest over the feature axes that have size 1 in the stated shape; not a number where one of them is none. */
export const reduceMax = defineOp({
  name: 'reduce_max',
  inputs: ['x'],
  outputs: ['y'],
  attributes: {},
  shaped: true,
  shape([x], _, stated) {
    const y = expectBatched('reduce_max', 'y', stated)
    expectSpread('reduce_max', 'y', y, given('reduce_max', 'x', x))
    return [y]
  },
  vjp: ({ builder, gradients: [g], inputs: [x], outputs: [y] }) => [
    g == null ? null : builder.emitOne('reduce_max_gradient', [g, x as number, y as number]),
  ],
  flops: ([x]) => elements(x),
  onnx: 'ReduceMax',
  samples: [
    { name: 'over an image', inputs: [[-1, 2, 4, 3]], shape: [-1, 1, 1, 3] },
    { name: 'over features', inputs: [[-1, 3, 5]], shape: [-1, 3, 1] },
    { name: 'over an inner axis', inputs: [[-1, 3, 4, 2]], shape: [-1, 3, 1, 2] },
  ],
})

/** dy to the largest, in equal parts where several are. */
export const reduceMaxGradient = defineOp({
  name: 'reduce_max_gradient',
  inputs: ['dy', 'x', 'y'],
  outputs: ['dx'],
  attributes: {},
  shape([dy, x, y]) {
    const whole = given('reduce_max_gradient', 'x', x)
    expectSpread('reduce_max_gradient', 'y', given('reduce_max_gradient', 'y', y), whole)
    expectShape('reduce_max_gradient', 'dy', dy, y as number[])
    return [whole]
  },
  flops: ([, x]) => 2 * elements(x),
  onnx: null,
  samples: [
    {
      name: 'over an image',
      inputs: [
        [-1, 1, 1, 3],
        [-1, 2, 4, 3],
        [-1, 1, 1, 3],
      ],
      draw: [null, { classes: 3 }, { classes: 3 }],
    },
    {
      name: 'over features',
      inputs: [
        [-1, 3, 1],
        [-1, 3, 5],
        [-1, 3, 1],
      ],
      draw: [null, { classes: 3 }, { classes: 3 }],
    },
  ],
})
