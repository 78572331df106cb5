import { elementCount, formatShape, isBatched } from '../base/shape.ts'
import { given, shapeError } from './check.ts'
import { defineOp } from './op.ts'

/** The same elements under the stated shape; the batch stays first. */
export const reshape = defineOp({
  name: 'reshape',
  inputs: ['x'],
  outputs: ['y'],
  attributes: {},
  alias: true,
  shaped: true,
  shape([xShape], _, stated) {
    const x = given('reshape', 'x', xShape)
    const y = given('reshape', 'y', stated)
    if (elementCount(x) !== elementCount(y) || isBatched(x) !== isBatched(y))
      shapeError('reshape', 'y', `as many elements as ${formatShape(x)}`, formatShape(y))
    return [y]
  },
  vjp: ({ builder, gradients: [g], inputs: [x] }) => [
    g == null ? null : builder.emitOne('reshape', [g], {}, { shape: builder.shapeOf(x as number) }),
  ],
  flops: () => 0,
  onnx: 'Reshape',
  samples: [
    { name: 'flatten', inputs: [[-1, 4, 3]], shape: [-1, 12] },
    { name: 'unflatten', inputs: [[-1, 12]], shape: [-1, 2, 3, 2] },
  ],
})
