import { formatShape, type Shape } from '../base/shape.ts'
import { expectAxis, expectShape, given, shapeError, withAxis } from './check.ts'
import { type AttributeSpec, type Attributes, defineOp } from './op.ts'

const attributes: Readonly<Record<string, AttributeSpec>> = {
  axis: { kind: 'integer', min: 1 },
  begin: { kind: 'integer', min: 0 },
}

/** Refuses a part that does not lie within the whole. */
function checkPart(op: string, whole: Shape, part: Shape, { axis, begin }: Attributes): void {
  expectAxis(op, 'the whole', whole, axis as number)
  const size = part[axis as number] ?? 0
  expectShape(op, 'the part', part, withAxis(whole, axis as number, size))
  const end = (begin as number) + size
  if (size < 1 || end > (whole[axis as number] as number))
    shapeError(op, 'the part', `a part of ${formatShape(whole)}`, `${begin} to ${end} along axis ${axis}`)
}

/** A part of a tensor along one feature axis; its size is the stated shape's. */
export const slice = defineOp({
  name: 'slice',
  inputs: ['x'],
  outputs: ['y'],
  attributes,
  shaped: true,
  shape([x], attributes, stated) {
    const part = given('slice', 'y', stated)
    checkPart('slice', given('slice', 'x', x), part, attributes)
    return [part]
  },
  vjp: ({ builder, gradients: [g], inputs: [x], attributes }) => [
    g == null ? null : builder.emitOne('pad_slice', [g], attributes, { shape: builder.shapeOf(x as number) }),
  ],
  flops: () => 0,
  onnx: 'Slice',
  samples: [
    { name: 'vectors', inputs: [[-1, 6]], attributes: { axis: 1, begin: 2 }, shape: [-1, 3] },
    { name: 'images', inputs: [[-1, 4, 3]], attributes: { axis: 1, begin: 1 }, shape: [-1, 2, 3] },
  ],
})

/** Zeros of the stated shape with dy written at `begin`. */
export const padSlice = defineOp({
  name: 'pad_slice',
  inputs: ['dy'],
  outputs: ['dx'],
  attributes,
  shaped: true,
  shape([dy], attributes, stated) {
    const whole = given('pad_slice', 'dx', stated)
    checkPart('pad_slice', whole, given('pad_slice', 'dy', dy), attributes)
    return [whole]
  },
  vjp: ({ builder, gradients: [g], inputs: [dy], attributes }) => [
    g == null ? null : builder.emitOne('slice', [g], attributes, { shape: builder.shapeOf(dy as number) }),
  ],
  flops: () => 0,
  onnx: null,
  samples: [
    { name: 'vectors', inputs: [[-1, 3]], attributes: { axis: 1, begin: 2 }, shape: [-1, 6] },
    { name: 'images', inputs: [[-1, 2, 3]], attributes: { axis: 1, begin: 1 }, shape: [-1, 4, 3] },
  ],
})
