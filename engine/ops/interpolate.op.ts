import type { Shape } from '../base/shape.ts'
import { elements, expectAxis, expectShape, given, withAxis } from './check.ts'
import { type AttributeSpec, type Attributes, defineOp } from './op.ts'

const attributes: Readonly<Record<string, AttributeSpec>> = {
  axis: { kind: 'integer', min: 1 },
  factor: { kind: 'integer', min: 1, max: 1 << 20 },
}

/** The shape of x with its axis made `factor` times as long. Throws `op.shape`. */
function enlarged(op: string, x: Shape, { axis, factor }: Attributes): Shape {
  expectAxis(op, 'x', x, axis as number)
  return withAxis(x, axis as number, (x[axis as number] as number) * (factor as number))
}

/**
 * An axis made `factor` times as long by linear interpolation: position i lies at (i + 1/2) / factor - 1/2 of the input, ends repeated
 * (half-pixel centres, as `bilinear` of Keras and PyTorch without aligned corners).
 */
export const interpolate = defineOp({
  name: 'interpolate',
  inputs: ['x'],
  outputs: ['y'],
  attributes,
  shape: ([x], attributes) => [enlarged('interpolate', given('interpolate', 'x', x), attributes)],
  vjp: ({ builder, gradients: [g], inputs: [x], attributes }) => [
    g == null
      ? null
      : builder.emitOne('interpolate_gradient', [g], attributes, { shape: builder.shapeOf(x as number) }),
  ],
  flops: (_, [y]) => 3 * elements(y),
  onnx: 'Resize (linear)',
  samples: [
    { name: 'twice the height', inputs: [[-1, 3, 2, 3]], attributes: { axis: 1, factor: 2 } },
    { name: 'thrice the width', inputs: [[-1, 2, 4, 18]], attributes: { axis: 2, factor: 3 } },
    { name: 'one row', inputs: [[-1, 1, 3]], attributes: { axis: 1, factor: 4 } },
  ],
})

/** dx of `interpolate`, of the stated shape. */
export const interpolateGradient = defineOp({
  name: 'interpolate_gradient',
  inputs: ['dy'],
  outputs: ['dx'],
  attributes,
  shaped: true,
  shape([dy], attributes, stated) {
    const op = 'interpolate_gradient'
    const x = given(op, 'dx', stated)
    expectShape(op, 'dy', dy, enlarged(op, x, attributes))
    return [x]
  },
  flops: ([dy]) => 4 * elements(dy),
  onnx: null,
  samples: [
    { name: 'twice the height', inputs: [[-1, 6, 2, 3]], attributes: { axis: 1, factor: 2 }, shape: [-1, 3, 2, 3] },
    { name: 'thrice the width', inputs: [[-1, 2, 12, 18]], attributes: { axis: 2, factor: 3 }, shape: [-1, 2, 4, 18] },
    { name: 'one row', inputs: [[-1, 4, 3]], attributes: { axis: 1, factor: 4 }, shape: [-1, 1, 3] },
  ],
})
