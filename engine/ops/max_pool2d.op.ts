import { activationAttributes, hasGradientFromOutput } from './activations.ts'
import { elements, expectShape, reuseOf, shapeError } from './check.ts'
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

/** The largest pixel of each window, channel by channel. */
export const maxPool2d = defineOp({
  name: 'max_pool2d',
  inputs: ['x'],
  outputs: ['y'],
  attributes: poolingAttributes,
  shape([xShape], attributes) {
    const x = expectImages('max_pool2d', 'x', xShape)
    return [[-1, ...poolOutputs('max_pool2d', x, attributes), x[3]]]
  },
  vjp: ({ builder, gradients: [g], inputs: [x], attributes }) => [
    g == null ? null : builder.emitOne('max_pool2d_gradient', [g, x as number], attributes),
  ],
  flops: (_, [y], { poolHeight, poolWidth }) => elements(y) * (poolHeight as number) * (poolWidth as number),
  onnx: 'MaxPool between Transposes',
  samples: [
    { name: 'halves', inputs: [[-1, 6, 5, 3]], attributes: two },
    { name: 'overlapping and padded', inputs: [[-1, 5, 4, 2]], attributes: overlapping },
    { name: 'all pixels', inputs: [[-1, 3, 4, 5]], attributes: { poolHeight: 3, poolWidth: 4 } },
    { name: 'many channels', inputs: [[-1, 4, 4, 35]], attributes: two },
  ],
})

/**
 * dy at the first largest pixel of each window (the window's rows first), zero elsewhere; times act' expressed by x where x is the
 * output of that activation.
 */
export const maxPool2dGradient = defineOp({
  name: 'max_pool2d_gradient',
  inputs: ['dy', 'x'],
  outputs: ['dx'],
  attributes: { ...poolingAttributes, ...activationAttributes },
  shape([dy, xShape], attributes) {
    const op = 'max_pool2d_gradient'
    const x = expectImages(op, 'x', xShape)
    const wanted = [-1, ...poolOutputs(op, x, attributes), x[3]]
    expectShape(op, 'dy', dy, wanted)
    const { activation, alpha } = attributes
    if (activation !== 'linear' && !hasGradientFromOutput(activation as string, alpha as number))
      shapeError(op, 'x', 'an activation whose gradient follows from its output', String(activation))
    return [x]
  },
  // Windows that tile the image are read before they are written.
  reuse: ({ poolHeight, poolWidth, strideHeight, strideWidth, activation }) =>
    poolHeight === strideHeight && poolWidth === strideWidth && (activation === 'linear' || activation === 'relu')
      ? reuseOf(1)
      : [],
  flops: ([dy], _, { poolHeight, poolWidth }) => elements(dy) * (poolHeight as number) * (poolWidth as number),
  onnx: null,
  samples: [
    {
      name: 'halves',
      inputs: [
        [-1, 6, 5, 3],
        [-1, 3, 2, 3],
      ],
      attributes: two,
    },
    {
      name: 'overlapping and padded',
      inputs: [
        [-1, 5, 4, 2],
        [-1, 3, 4, 2],
      ],
      attributes: overlapping,
    },
    {
      name: 'many channels',
      inputs: [
        [-1, 4, 4, 35],
        [-1, 2, 2, 35],
      ],
      attributes: two,
    },
    {
      name: 'through relu',
      inputs: [
        [-1, 4, 4, 3],
        [-1, 2, 2, 3],
      ],
      attributes: { ...two, activation: 'relu' },
    },
    {
      name: 'padded halves through relu',
      inputs: [
        [-1, 5, 6, 3],
        [-1, 3, 3, 3],
      ],
      attributes: { ...two, padTop: 1, padRight: 1, activation: 'relu' },
    },
    {
      name: 'halves through elu',
      inputs: [
        [-1, 4, 5, 3],
        [-1, 2, 2, 3],
      ],
      attributes: { ...two, activation: 'elu', alpha: 0.5 },
    },
    {
      name: 'overlapping through elu',
      inputs: [
        [-1, 5, 4, 2],
        [-1, 3, 4, 2],
      ],
      attributes: { ...overlapping, activation: 'elu', alpha: 0.5 },
    },
  ].map(({ name, inputs: [x, y], attributes }) => ({ name, inputs: [y, x] as number[][], attributes })),
})
