import { formatShape, type Shape, sameShape } from '../base/shape.ts'
import { elements, expectRank, expectShape, expectShapeIfGiven, given, shapeError } from './check.ts'
import { type Attributes, defineOp } from './op.ts'
import { depthwiseAttributes, expectImages, imageOutputs } from './windows.ts'

/** The output's shape of x with kernels w [height, width, channels, multiplier]. Throws `op.shape`. */
function outputShape(op: string, xShape: Shape | null | undefined, wShape: Shape, attributes: Attributes): Shape {
  const x = expectImages(op, 'x', xShape)
  const w = expectRank(op, 'w', wShape, 4)
  const [height, width, channels, multiplier] = w as unknown as readonly [number, number, number, number]
  if (w.length !== 4 || w.some((size) => size < 1) || channels !== x[3])
    shapeError(op, 'w', `height x width x ${x[3]} x multiplier`, formatShape(w))
  return [-1, ...imageOutputs(op, x, [height, width], attributes), channels * multiplier]
}

function positions(w: Shape | null | undefined): number {
  return (w?.[0] ?? 0) * (w?.[1] ?? 0)
}

const same3 = { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 }

/** Each channel correlated with kernels of its own; output channel c * multiplier + m comes from input channel c. */
export const depthwiseConv2d = defineOp({
  name: 'depthwise_conv2d',
  inputs: ['x', 'w', 'b?'],
  outputs: ['y'],
  attributes: depthwiseAttributes,
  shape([x, w, b], attributes) {
    const y = outputShape('depthwise_conv2d', x, given('depthwise_conv2d', 'w', w), attributes)
    expectShapeIfGiven('depthwise_conv2d', 'b', b, [y[3] as number])
    return [y]
  },
  vjp({ builder, gradients: [g], inputs, attributes, needs }) {
    const [x, w, b] = inputs as [number, number, number | null]
    if (g == null) return [null, null, null]
    const shapes = { x: builder.shapeOf(x), w: builder.shapeOf(w) }
    const dx = needs[0]
      ? builder.emitOne('depthwise_conv2d_input_gradient', [g, w], attributes, { shape: shapes.x })
      : null
    if (!needs[1] && !needs[2]) return [dx, null, null]
    const [dw, db] = builder.emit('depthwise_conv2d_parameter_gradient', [x, g], attributes, { shape: shapes.w })
    return [dx, dw as number, b === null ? null : (db as number)]
  },
  flops: ([, w, b], [y]) => elements(y) * (2 * positions(w) + (b ? 1 : 0)),
  onnx: 'Conv with groups between Transposes',
  samples: [
    { name: 'valid', inputs: [[-1, 5, 4, 3], [3, 2, 3, 1], [3]] },
    { name: 'same, two kernels a channel', inputs: [[-1, 4, 5, 3], [3, 3, 3, 2], [6]], attributes: same3 },
    {
      name: 'strided, an even kernel',
      inputs: [[-1, 6, 7, 2], [4, 2, 2, 1], null],
      attributes: { strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 1 },
    },
    {
      name: 'dilated',
      inputs: [[-1, 7, 6, 2], [3, 2, 2, 1], [2]],
      attributes: { dilationHeight: 2, dilationWidth: 3 },
    },
    { name: 'wide', inputs: [[-1, 3, 3, 18], [2, 2, 18, 1], [18]] },
  ],
})

/** dx of a depthwise convolution, of the stated shape. */
export const depthwiseConv2dInputGradient = defineOp({
  name: 'depthwise_conv2d_input_gradient',
  inputs: ['dy', 'w'],
  outputs: ['dx'],
  attributes: depthwiseAttributes,
  shaped: true,
  shape([dy, w], attributes, stated) {
    const op = 'depthwise_conv2d_input_gradient'
    const dx = given(op, 'dx', stated)
    expectImages(op, 'dy', dy)
    expectShape(op, 'dy', dy, outputShape(op, dx, given(op, 'w', w), attributes))
    return [dx]
  },
  flops: ([dy, w]) => 2 * elements(dy) * positions(w),
  onnx: null,
  samples: [
    {
      name: 'same, two kernels a channel',
      inputs: [
        [-1, 4, 5, 6],
        [3, 3, 3, 2],
      ],
      attributes: same3,
      shape: [-1, 4, 5, 3],
    },
    {
      name: 'strided',
      inputs: [
        [-1, 3, 3, 2],
        [4, 2, 2, 1],
      ],
      attributes: { strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 1 },
      shape: [-1, 6, 7, 2],
    },
    {
      name: 'dilated',
      inputs: [
        [-1, 3, 3, 2],
        [3, 2, 2, 1],
      ],
      attributes: { dilationHeight: 2, dilationWidth: 3 },
      shape: [-1, 7, 6, 2],
    },
  ],
})

/** dw of a depthwise convolution, of the stated shape; db = sums of dy over all pixels. */
export const depthwiseConv2dParameterGradient = defineOp({
  name: 'depthwise_conv2d_parameter_gradient',
  inputs: ['x', 'dy'],
  outputs: ['dw', 'db?'],
  attributes: depthwiseAttributes,
  shaped: true,
  shape([x, dy], attributes, stated) {
    const op = 'depthwise_conv2d_parameter_gradient'
    const dw = given(op, 'dw', stated)
    expectImages(op, 'dy', dy)
    const wanted = outputShape(op, x, dw, attributes)
    if (!sameShape(wanted, dy as Shape)) shapeError(op, 'dy', formatShape(wanted), formatShape(dy as Shape))
    return [dw, [wanted[3] as number]]
  },
  flops: ([, dy], [dw]) => elements(dy) * (2 * positions(dw) + 1),
  onnx: null,
  samples: [
    {
      name: 'same, two kernels a channel',
      inputs: [
        [-1, 4, 5, 3],
        [-1, 4, 5, 6],
      ],
      attributes: same3,
      shape: [3, 3, 3, 2],
    },
    {
      name: 'strided',
      inputs: [
        [-1, 6, 7, 2],
        [-1, 3, 3, 2],
      ],
      attributes: { strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 1 },
      shape: [4, 2, 2, 1],
    },
  ],
})
