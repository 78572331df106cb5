import { formatShape, type Shape, sameShape } from '../base/shape.ts'
import { activationAttributes, activationFlops, activationNames, hasGradientFromOutput } from './activations.ts'
import { elements, expectRank, expectShape, expectShapeIfGiven, given, shapeError } from './check.ts'
import { type Attributes, defineOp } from './op.ts'
import { convolutionAttributes, expectImages, imageOutputs, pick } from './windows.ts'

/** The output's shape of a convolution of x with w. Throws `op.shape`. */
export function convolvedShape(op: string, xShape: Shape | null | undefined, wShape: Shape, attributes: Attributes) {
  const x = expectImages(op, 'x', xShape)
  const w = expectRank(op, 'w', wShape, 4)
  const groups = attributes.groups as number
  const [height, width, inputs, outputs] = w as unknown as readonly [number, number, number, number]
  if (w.length !== 4 || w.some((size) => size < 1) || inputs * groups !== x[3])
    shapeError(op, 'w', `height x width x ${x[3] / groups} x outputs`, formatShape(w))
  if (outputs % groups !== 0) shapeError(op, 'w', `outputs divisible into ${groups} groups`, `${outputs} outputs`)
  return [-1, ...imageOutputs(op, x, [height, width], attributes), outputs]
}

/** Multiply-adds of one sample times two, given the output of the convolution and its weights. */
function productFlops(y: Shape | null | undefined, w: Shape | null | undefined): number {
  return 2 * elements(y) * (w?.slice(0, 3).reduce((product, size) => product * size, 1) ?? 0)
}

const attributes = { ...convolutionAttributes, ...activationAttributes }
const same3 = { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 }

/** y = activation(x correlated with w + b), channels last. */
export const conv2d = defineOp({
  name: 'conv2d',
  inputs: ['x', 'w', 'b?'],
  outputs: ['y'],
  attributes,
  shape([x, w, b], attributes) {
    const y = convolvedShape('conv2d', x, given('conv2d', 'w', w), attributes)
    expectShapeIfGiven('conv2d', 'b', b, [y[3] as number])
    return [y]
  },
  vjp({ builder, gradients, inputs, outputs, attributes, needs }) {
    const [x, w, b] = inputs as [number, number, number | null]
    const windows = pick(attributes, convolutionAttributes)
    let g = gradients[0] ?? null
    if (g !== null && attributes.activation !== 'linear') {
      const own = pick(attributes, activationAttributes)
      const fromOutput = hasGradientFromOutput(attributes.activation as string, attributes.alpha as number)
      const before = fromOutput ? null : builder.emitOne('conv2d', [x, w, b], windows)
      g = builder.emitOne('activation_gradient', [g, before, fromOutput ? (outputs[0] as number) : null], own)
    }
    if (g === null) return [null, null, null]
    const shapes = { x: builder.shapeOf(x), w: builder.shapeOf(w) }
    const dx = needs[0] ? builder.emitOne('conv2d_input_gradient', [g, w, null], windows, { shape: shapes.x }) : null
    if (!needs[1] && !needs[2]) return [dx, null, null]
    const [dw, db] = builder.emit('conv2d_parameter_gradient', [x, g], windows, { shape: shapes.w }) as [number, number]
    return [dx, dw, b === null ? null : db]
  },
  flops: ([, w, b], [y], attributes) =>
    productFlops(y, w) + elements(y) * ((b ? 1 : 0) + activationFlops(attributes.activation as string)),
  onnx: 'Conv between Transposes',
  samples: [
    { name: 'valid', inputs: [[-1, 5, 6, 3], [3, 2, 3, 4], [4]] },
    { name: 'same', inputs: [[-1, 5, 4, 2], [3, 3, 2, 3], [3]], attributes: same3 },
    {
      name: 'strided, an even kernel',
      inputs: [[-1, 6, 7, 2], [4, 2, 2, 3], null],
      attributes: { strideHeight: 2, strideWidth: 3, padTop: 1, padBottom: 2, padRight: 1 },
    },
    {
      name: 'dilated',
      inputs: [[-1, 7, 6, 2], [2, 3, 2, 3], [3]],
      attributes: { dilationHeight: 3, dilationWidth: 2, padLeft: 1 },
    },
    { name: 'grouped', inputs: [[-1, 4, 4, 6], [3, 3, 2, 9], [9]], attributes: { ...same3, groups: 3 } },
    { name: 'pointwise', inputs: [[-1, 3, 3, 5], [1, 1, 5, 4], [4]] },
    { name: 'wide', inputs: [[-1, 2, 17, 2], [3, 1, 2, 18], [18]], attributes: { padTop: 1, padBottom: 1 } },
    ...activationNames.slice(1).map((activation) => ({
      name: activation,
      inputs: [[-1, 3, 3, 2], [2, 2, 2, 3], [3]],
      attributes: { activation, alpha: 0.3 },
    })),
  ],
})

/** dx of a convolution, times act' expressed by y = act(...) where y is given; its shape is the stated one. */
export const conv2dInputGradient = defineOp({
  name: 'conv2d_input_gradient',
  inputs: ['dy', 'w', 'y?'],
  outputs: ['dx'],
  attributes,
  shaped: true,
  shape([dy, w, y], attributes, stated) {
    const op = 'conv2d_input_gradient'
    const dx = given(op, 'dx', stated)
    expectImages(op, 'dy', dy)
    expectShape(op, 'dy', dy, convolvedShape(op, dx, given(op, 'w', w), attributes))
    expectShapeIfGiven(op, 'y', y, dx)
    if (y && !hasGradientFromOutput(attributes.activation as string, attributes.alpha as number))
      shapeError(op, 'y', 'an activation whose gradient follows from its output', String(attributes.activation))
    return [dx]
  },
  flops: ([dy, w, y], [dx], attributes) =>
    productFlops(dy, w) + (y ? elements(dx) * (1 + activationFlops(attributes.activation as string)) : 0),
  onnx: null,
  samples: [
    { name: 'same', inputs: [[-1, 5, 4, 3], [3, 3, 2, 3], null], attributes: same3, shape: [-1, 5, 4, 2] },
    {
      name: 'strided',
      inputs: [[-1, 3, 3, 3], [4, 2, 2, 3], null],
      attributes: { strideHeight: 2, strideWidth: 3, padTop: 1, padBottom: 2, padRight: 1 },
      shape: [-1, 6, 7, 2],
    },
    {
      name: 'dilated and grouped',
      inputs: [[-1, 4, 3, 6], [2, 3, 2, 6], null],
      attributes: { dilationHeight: 3, dilationWidth: 2, padLeft: 1, groups: 2 },
      shape: [-1, 7, 6, 4],
    },
    ...['relu', 'sigmoid', 'tanh', 'leaky_relu', 'elu'].map((activation) => ({
      name: `through ${activation}`,
      inputs: [
        [-1, 3, 3, 3],
        [2, 2, 5, 3],
        [-1, 4, 4, 5],
      ],
      attributes: { activation, alpha: 0.3 },
      draw: [null, null, { min: 0.05, max: 0.95 }],
      shape: [-1, 4, 4, 5],
    })),
  ],
})

/** dw of a convolution, of the stated shape; db = sums of dy over all pixels. */
export const conv2dParameterGradient = defineOp({
  name: 'conv2d_parameter_gradient',
  inputs: ['x', 'dy'],
  outputs: ['dw', 'db?'],
  attributes: convolutionAttributes,
  shaped: true,
  shape([x, dy], attributes, stated) {
    const op = 'conv2d_parameter_gradient'
    const dw = given(op, 'dw', stated)
    expectImages(op, 'dy', dy)
    const wanted = convolvedShape(op, x, dw, attributes)
    if (!sameShape(wanted, dy as Shape)) shapeError(op, 'dy', formatShape(wanted), formatShape(dy as Shape))
    return [dw, [dw[3] as number]]
  },
  flops: ([, dy], [dw]) => productFlops(dy, dw) + elements(dy),
  onnx: null,
  samples: [
    {
      name: 'same',
      inputs: [
        [-1, 5, 4, 2],
        [-1, 5, 4, 3],
      ],
      attributes: same3,
      shape: [3, 3, 2, 3],
    },
    {
      name: 'strided',
      inputs: [
        [-1, 6, 7, 2],
        [-1, 3, 3, 3],
      ],
      attributes: { strideHeight: 2, strideWidth: 3, padTop: 1, padBottom: 2, padRight: 1 },
      shape: [4, 2, 2, 3],
    },
    {
      name: 'dilated and grouped',
      inputs: [
        [-1, 7, 6, 4],
        [-1, 4, 3, 6],
      ],
      attributes: { dilationHeight: 3, dilationWidth: 2, padLeft: 1, groups: 2 },
      shape: [2, 3, 2, 6],
    },
    {
      name: 'wide',
      inputs: [
        [-1, 4, 17, 3],
        [-1, 4, 17, 37],
      ],
      attributes: same3,
      shape: [3, 3, 3, 37],
    },
  ],
})
