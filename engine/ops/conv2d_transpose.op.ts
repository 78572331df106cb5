import { activationAttributes, activationFlops, hasGradientFromOutput } from './activations.ts'
import { elements, expectShape, expectShapeIfGiven, given, withAxis } from './check.ts'
import { convolvedShape } from './conv2d.op.ts'
import { defineOp } from './op.ts'
import { convolutionAttributes, expectImages, pick } from './windows.ts'

/**
 * y = activation(the input gradient of a convolution with these attributes, x taken as the gradient of its output, + b); w is
 * [height, width, channels of y / groups, channels of x]. Its shape is the stated one.
 */
export const conv2dTranspose = defineOp({
  name: 'conv2d_transpose',
  inputs: ['x', 'w', 'b?'],
  outputs: ['y'],
  attributes: { ...convolutionAttributes, ...activationAttributes },
  shaped: true,
  shape([x, w, b], attributes, stated) {
    const op = 'conv2d_transpose'
    const y = expectImages(op, 'y', stated)
    expectImages(op, 'x', x)
    expectShape(op, 'x', x, convolvedShape(op, y, given(op, 'w', w), attributes))
    expectShapeIfGiven(op, 'b', b, [y[3]])
    return [y]
  },
  vjp({ builder, gradients, inputs, outputs, attributes, needs }) {
    const [x, w, b] = inputs as [number, number, number | null]
    const y = outputs[0] as number
    const shape = builder.shapeOf(y)
    const windows = pick(attributes, convolutionAttributes)
    let g = gradients[0] ?? null
    if (g !== null && attributes.activation !== 'linear') {
      const own = pick(attributes, activationAttributes)
      const fromOutput = hasGradientFromOutput(attributes.activation as string, attributes.alpha as number)
      const before = fromOutput ? null : builder.emitOne('conv2d_transpose', [x, w, b], windows, { shape })
      g = builder.emitOne('activation_gradient', [g, before, fromOutput ? y : null], own)
    }
    if (g === null) return [null, null, null]
    const dx = needs[0] ? builder.emitOne('conv2d', [g, w, null], windows) : null
    const dw = needs[1]
      ? (builder.emit('conv2d_parameter_gradient', [g, x], windows, { shape: builder.shapeOf(w) })[0] as number)
      : null
    if (b === null || !needs[2]) return [dx, dw, null]
    // Column sums of g are the bias gradient of `dense`.
    const narrow = builder.emitOne('slice', [g], { axis: 3, begin: 0 }, { shape: withAxis(shape, 3, 1) })
    return [dx, dw, builder.emit('dense_parameter_gradient', [narrow, g])[1] as number]
  },
  flops: ([x, w, b], [y], attributes) =>
    2 * elements(x) * (w?.slice(0, 3).reduce((product, size) => product * size, 1) ?? 0) +
    elements(y) * ((b ? 1 : 0) + activationFlops(attributes.activation as string)),
  onnx: 'ConvTranspose between Transposes',
  samples: [
    { name: 'stride 1', inputs: [[-1, 3, 4, 2], [3, 2, 4, 2], [4]], shape: [-1, 5, 5, 4] },
    {
      name: 'stride 2, an even kernel',
      inputs: [[-1, 3, 2, 3], [4, 4, 2, 3], [2]],
      attributes: { strideHeight: 2, strideWidth: 2, padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 },
      shape: [-1, 6, 4, 2],
    },
    {
      name: 'a stride beyond the kernel',
      inputs: [[-1, 2, 3, 2], [2, 1, 3, 2], null],
      attributes: { strideHeight: 3, strideWidth: 2, activation: 'tanh' },
      shape: [-1, 6, 6, 3],
    },
    {
      name: 'gelu',
      inputs: [[-1, 2, 2, 2], [2, 2, 2, 2], [2]],
      attributes: { activation: 'gelu' },
      shape: [-1, 3, 3, 2],
    },
  ],
})
