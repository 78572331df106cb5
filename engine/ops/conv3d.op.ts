import { formatShape, type Shape, sameShape } from '../base/shape.ts'
import { elements, expectShape, expectShapeIfGiven, given, shapeError } from './check.ts'
import { defineOp } from './op.ts'
import { convolvedVolume, expectVolumes, volumeAttributes } from './volumes.ts'

/** Multiply-adds of one sample times two, given the output of the convolution and its weights. */
export function volumeFlops(y: Shape | null | undefined, w: Shape | null | undefined): number {
  return 2 * elements(y) * (w?.slice(0, 4).reduce((product, size) => product * size, 1) ?? 0)
}

const same = { padFront: 1, padBack: 1, padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 }
const strided = { strideDepth: 2, strideHeight: 2, strideWidth: 3, padBack: 1, padTop: 1, padBottom: 2, padRight: 1 }
const grouped = { dilationDepth: 2, dilationWidth: 2, padFront: 1, padLeft: 1, groups: 2 }
const flat = { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 }

/** y = x correlated with w + b, channels last. */
export const conv3d = defineOp({
  name: 'conv3d',
  inputs: ['x', 'w', 'b?'],
  outputs: ['y'],
  attributes: volumeAttributes,
  shape([x, w, b], attributes) {
    const y = convolvedVolume('conv3d', x, given('conv3d', 'w', w), attributes)
    expectShapeIfGiven('conv3d', 'b', b, [y[4] as number])
    return [y]
  },
  vjp({ builder, gradients: [g], inputs, attributes, needs }) {
    const [x, w, b] = inputs as [number, number, number | null]
    if (g == null) return [null, null, null]
    const shapes = { x: builder.shapeOf(x), w: builder.shapeOf(w) }
    const dx = needs[0] ? builder.emitOne('conv3d_input_gradient', [g, w], attributes, { shape: shapes.x }) : null
    if (!needs[1] && !needs[2]) return [dx, null, null]
    const [dw, db] = builder.emit('conv3d_parameter_gradient', [x, g], attributes, { shape: shapes.w })
    return [dx, dw as number, b === null ? null : (db as number)]
  },
  flops: ([, w, b], [y]) => volumeFlops(y, w) + (b ? elements(y) : 0),
  onnx: 'Conv between Transposes',
  samples: [
    { name: 'valid', inputs: [[-1, 4, 3, 4, 2], [2, 3, 2, 2, 3], [3]] },
    { name: 'same', inputs: [[-1, 3, 2, 3, 2], [3, 3, 3, 2, 3], [3]], attributes: same },
    { name: 'strided, even kernels', inputs: [[-1, 4, 5, 6, 1], [4, 4, 2, 1, 2], null], attributes: strided },
    { name: 'dilated and grouped', inputs: [[-1, 4, 3, 5, 4], [2, 2, 3, 2, 6], [6]], attributes: grouped },
    { name: 'plane by plane', inputs: [[-1, 3, 3, 3, 2], [1, 3, 3, 2, 4], [4]], attributes: flat },
    { name: 'wide', inputs: [[-1, 2, 2, 3, 18], [2, 1, 2, 18, 5], [5]] },
  ],
})

/** dx of a convolution of volumes, of the stated shape. */
export const conv3dInputGradient = defineOp({
  name: 'conv3d_input_gradient',
  inputs: ['dy', 'w'],
  outputs: ['dx'],
  attributes: volumeAttributes,
  shaped: true,
  shape([dy, w], attributes, stated) {
    const op = 'conv3d_input_gradient'
    const dx = given(op, 'dx', stated)
    expectVolumes(op, 'dy', dy)
    expectShape(op, 'dy', dy, convolvedVolume(op, dx, given(op, 'w', w), attributes))
    return [dx]
  },
  flops: ([dy, w]) => volumeFlops(dy, w),
  onnx: null,
  samples: [
    {
      name: 'same',
      inputs: [
        [-1, 3, 2, 3, 3],
        [3, 3, 3, 2, 3],
      ],
      attributes: same,
      shape: [-1, 3, 2, 3, 2],
    },
    {
      name: 'strided, even kernels',
      inputs: [
        [-1, 1, 3, 2, 2],
        [4, 4, 2, 1, 2],
      ],
      attributes: strided,
      shape: [-1, 4, 5, 6, 1],
    },
    {
      name: 'dilated and grouped',
      inputs: [
        [-1, 3, 2, 2, 6],
        [2, 2, 3, 2, 6],
      ],
      attributes: grouped,
      shape: [-1, 4, 3, 5, 4],
    },
    {
      name: 'plane by plane',
      inputs: [
        [-1, 3, 3, 3, 4],
        [1, 3, 3, 2, 4],
      ],
      attributes: flat,
      shape: [-1, 3, 3, 3, 2],
    },
  ],
})

/** dw of a convolution of volumes, of the stated shape; db = sums of dy over all voxels. */
export const conv3dParameterGradient = defineOp({
  name: 'conv3d_parameter_gradient',
  inputs: ['x', 'dy'],
  outputs: ['dw', 'db?'],
  attributes: volumeAttributes,
  shaped: true,
  shape([x, dy], attributes, stated) {
    const op = 'conv3d_parameter_gradient'
    const dw = given(op, 'dw', stated)
    expectVolumes(op, 'dy', dy)
    const wanted = convolvedVolume(op, x, dw, attributes)
    if (!sameShape(wanted, dy as Shape)) shapeError(op, 'dy', formatShape(wanted), formatShape(dy as Shape))
    return [dw, [dw[4] as number]]
  },
  flops: ([, dy], [dw]) => volumeFlops(dy, dw) + elements(dy),
  onnx: null,
  samples: [
    {
      name: 'same',
      inputs: [
        [-1, 3, 2, 3, 2],
        [-1, 3, 2, 3, 3],
      ],
      attributes: same,
      shape: [3, 3, 3, 2, 3],
    },
    {
      name: 'strided, even kernels',
      inputs: [
        [-1, 4, 5, 6, 1],
        [-1, 1, 3, 2, 2],
      ],
      attributes: strided,
      shape: [4, 4, 2, 1, 2],
    },
    {
      name: 'dilated and grouped',
      inputs: [
        [-1, 4, 3, 5, 4],
        [-1, 3, 2, 2, 6],
      ],
      attributes: grouped,
      shape: [2, 2, 3, 2, 6],
    },
  ],
})
