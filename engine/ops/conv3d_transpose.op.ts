import { elements, expectShape, expectShapeIfGiven, given, withAxis } from './check.ts'
import { volumeFlops } from './conv3d.op.ts'
import { defineOp } from './op.ts'
import { convolvedVolume, expectVolumes, volumeAttributes } from './volumes.ts'

/**
 * y = the input gradient of a convolution of volumes with these attributes, x taken as the gradient of its output, + b; w is
 * [depth, height, width, channels of y / groups, channels of x]. Its shape is the stated one.
 */
export const conv3dTranspose = defineOp({
  name: 'conv3d_transpose',
  inputs: ['x', 'w', 'b?'],
  outputs: ['y'],
  attributes: volumeAttributes,
  shaped: true,
  shape([x, w, b], attributes, stated) {
    const op = 'conv3d_transpose'
    const y = expectVolumes(op, 'y', stated)
    expectVolumes(op, 'x', x)
    expectShape(op, 'x', x, convolvedVolume(op, y, given(op, 'w', w), attributes))
    expectShapeIfGiven(op, 'b', b, [y[4] as number])
    return [y]
  },
  vjp({ builder, gradients: [g], inputs, outputs, attributes, needs }) {
    const [x, w, b] = inputs as [number, number, number | null]
    if (g == null) return [null, null, null]
    const dx = needs[0] ? builder.emitOne('conv3d', [g, w, null], attributes) : null
    const dw = needs[1]
      ? (builder.emit('conv3d_parameter_gradient', [g, x], attributes, { shape: builder.shapeOf(w) })[0] as number)
      : null
    if (b === null || !needs[2]) return [dx, dw, null]
    // Column sums of g are the bias gradient of `dense`.
    const shape = withAxis(builder.shapeOf(outputs[0] as number), 4, 1)
    const narrow = builder.emitOne('slice', [g], { axis: 4, begin: 0 }, { shape })
    return [dx, dw, builder.emit('dense_parameter_gradient', [narrow, g])[1] as number]
  },
  flops: ([x, w, b], [y]) => volumeFlops(x, w) + (b ? elements(y) : 0),
  onnx: 'ConvTranspose between Transposes',
  samples: [
    { name: 'stride 1', inputs: [[-1, 2, 3, 2, 2], [2, 3, 2, 3, 2], [3]], shape: [-1, 3, 5, 3, 3] },
    {
      name: 'stride 2, even kernels',
      inputs: [[-1, 2, 2, 3, 3], [4, 2, 4, 2, 3], [2]],
      attributes: {
        strideDepth: 2,
        strideHeight: 2,
        strideWidth: 2,
        padFront: 1,
        padBack: 1,
        padLeft: 1,
        padRight: 1,
      },
      shape: [-1, 4, 4, 6, 2],
    },
    {
      name: 'a stride beyond the kernel',
      inputs: [[-1, 2, 1, 2, 2], [1, 2, 1, 3, 2], null],
      attributes: { strideDepth: 2, strideHeight: 3, strideWidth: 2 },
      shape: [-1, 4, 3, 4, 3],
    },
    { name: 'plane by plane', inputs: [[-1, 2, 2, 2, 2], [1, 2, 2, 3, 2], [3]], shape: [-1, 2, 3, 3, 3] },
  ],
})
