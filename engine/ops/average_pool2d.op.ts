import { elements, expectShape, given } from './check.ts'
import { defineOp } from './op.ts'
import { expectImages, poolingAttributes, poolOutputs } from './windows.ts'

const two = { poolHeight: 2, poolWidth: 2, strideHeight: 2, strideWidth: 2 }
const overlapping = {
  poolHeight: 3,
  poolWidth: 2,
  strideHeight: 2,
  strideWidth: 1,
  padTop: 1,
  padBottom: 1,
  padRight: 1,
}

/** The mean of the pixels of each window that lie in the image, channel by channel. */
export const averagePool2d = defineOp({
  name: 'average_pool2d',
  inputs: ['x'],
  outputs: ['y'],
  attributes: poolingAttributes,
  shape([xShape], attributes) {
    const x = expectImages('average_pool2d', 'x', xShape)
    return [[-1, ...poolOutputs('average_pool2d', x, attributes), x[3]]]
  },
  vjp: ({ builder, gradients: [g], inputs: [x], attributes }) => [
    g == null
      ? null
      : builder.emitOne('average_pool2d_gradient', [g], attributes, { shape: builder.shapeOf(x as number) }),
  ],
  flops: (_, [y], { poolHeight, poolWidth }) => elements(y) * ((poolHeight as number) * (poolWidth as number) + 1),
  onnx: 'AveragePool between Transposes',
  samples: [
    { name: 'halves', inputs: [[-1, 6, 5, 3]], attributes: two },
    { name: 'overlapping and padded', inputs: [[-1, 5, 4, 2]], attributes: overlapping },
    { name: 'all pixels', inputs: [[-1, 3, 4, 5]], attributes: { poolHeight: 3, poolWidth: 4 } },
    { name: 'many channels', inputs: [[-1, 4, 4, 35]], attributes: two },
  ],
})

/** dy shared out evenly over the pixels of each window that lie in the image, of the stated shape. */
export const averagePool2dGradient = defineOp({
  name: 'average_pool2d_gradient',
  inputs: ['dy'],
  outputs: ['dx'],
  attributes: poolingAttributes,
  shaped: true,
  shape([dy], attributes, stated) {
    const op = 'average_pool2d_gradient'
    const x = expectImages(op, 'dx', given(op, 'dx', stated))
    expectShape(op, 'dy', dy, [-1, ...poolOutputs(op, x, attributes), x[3]])
    return [x]
  },
  flops: ([dy], _, { poolHeight, poolWidth }) => elements(dy) * ((poolHeight as number) * (poolWidth as number) + 1),
  onnx: null,
  samples: [
    { name: 'halves', inputs: [[-1, 3, 2, 3]], attributes: two, shape: [-1, 6, 5, 3] },
    { name: 'overlapping and padded', inputs: [[-1, 3, 4, 2]], attributes: overlapping, shape: [-1, 5, 4, 2] },
    {
      name: 'all pixels',
      inputs: [[-1, 1, 1, 5]],
      attributes: { poolHeight: 3, poolWidth: 4 },
      shape: [-1, 3, 4, 5],
    },
  ],
})
