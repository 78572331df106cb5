import { formatShape, type Shape } from '../base/shape.ts'
import { elements, expectBatched, given, shapeError } from './check.ts'
import { defineOp } from './op.ts'

/** Refuses `part` unless it is `whole` with some feature axes of size 1. */
export function expectSpread(op: string, operand: string, part: Shape, whole: Shape): void {
  const fits =
    part.length === whole.length && part.every((size, axis) => size === whole[axis] || (axis > 0 && size === 1))
  if (!fits) shapeError(op, operand, `${formatShape(whole)} with some feature axes of size 1`, formatShape(part))
}

/** Feature axes along which `part` has size 1 and `whole` has not. */
export function spreadAxes(part: Shape, whole: Shape): number[] {
  return part.flatMap((size, axis) => (size === whole[axis] ? [] : [axis]))
}

/** x repeated along the feature axes where it has size 1 and the stated shape has more. */
export const broadcast = defineOp({
  name: 'broadcast',
  inputs: ['x'],
  outputs: ['y'],
  attributes: {},
  shaped: true,
  shape([x], _, stated) {
    const y = expectBatched('broadcast', 'y', stated)
    expectSpread('broadcast', 'x', given('broadcast', 'x', x), y)
    return [y]
  },
  vjp: ({ builder, gradients: [g], inputs: [x] }) => [
    g == null ? null : builder.emitOne('reduce_sum', [g], {}, { shape: builder.shapeOf(x as number) }),
  ],
  flops: () => 0,
  onnx: 'Expand',
  samples: [
    { name: 'channels over an image', inputs: [[-1, 1, 1, 3]], shape: [-1, 2, 4, 3] },
    { name: 'one number over a vector', inputs: [[-1, 1]], shape: [-1, 5] },
    { name: 'a mask over features', inputs: [[-1, 4, 1]], shape: [-1, 4, 3] },
    { name: 'inner axis', inputs: [[-1, 3, 1, 2]], shape: [-1, 3, 4, 2] },
  ],
})

/** The sum over the feature axes that have size 1 in the stated shape. */
export const reduceSum = defineOp({
  name: 'reduce_sum',
  inputs: ['x'],
  outputs: ['y'],
  attributes: {},
  shaped: true,
  shape([x], _, stated) {
    const y = expectBatched('reduce_sum', 'y', stated)
    expectSpread('reduce_sum', 'y', y, given('reduce_sum', 'x', x))
    return [y]
  },
  vjp: ({ builder, gradients: [g], inputs: [x] }) => [
    g == null ? null : builder.emitOne('broadcast', [g], {}, { shape: builder.shapeOf(x as number) }),
  ],
  flops: ([x]) => elements(x),
  onnx: 'ReduceSum',
  samples: [
    { name: 'over an image', inputs: [[-1, 2, 4, 3]], shape: [-1, 1, 1, 3] },
    { name: 'over features', inputs: [[-1, 3, 5]], shape: [-1, 3, 1] },
    { name: 'over all', inputs: [[-1, 3, 19]], shape: [-1, 1, 1] },
    { name: 'over an inner axis', inputs: [[-1, 3, 4, 2]], shape: [-1, 3, 1, 2] },
  ],
})
