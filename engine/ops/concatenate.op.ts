import type { ValueId } from '../compile/ir.ts'
import { expectAxis, expectShape, given, withAxis } from './check.ts'
import { defineOp } from './op.ts'

/** The inputs side by side along a feature axis. */
export const concatenate = defineOp({
  name: 'concatenate',
  inputs: ['parts...'],
  outputs: ['y'],
  attributes: { axis: { kind: 'integer', min: 1 } },
  shape(parts, attributes) {
    const axis = attributes.axis as number
    const first = given('concatenate', 'part 0', parts[0])
    expectAxis('concatenate', 'part 0', first, axis)
    let size = 0
    for (const [index, part] of parts.entries()) {
      const shape = given('concatenate', `part ${index}`, part)
      expectShape('concatenate', `part ${index}`, shape, withAxis(first, axis, shape[axis] as number))
      size += shape[axis] as number
    }
    return [withAxis(first, axis, size)]
  },
  vjp({ builder, gradients: [g], inputs, attributes, needs }) {
    const axis = attributes.axis as number
    let begin = 0
    return inputs.map((input, index): ValueId | null => {
      const shape = builder.shapeOf(input as ValueId)
      const at = begin
      begin += shape[axis] as number
      return g == null || !needs[index] ? null : builder.emitOne('slice', [g], { axis, begin: at }, { shape })
    })
  },
  flops: () => 0,
  onnx: 'Concat',
  samples: [
    {
      name: 'vectors',
      inputs: [
        [-1, 2],
        [-1, 3],
        [-1, 1],
      ],
      attributes: { axis: 1 },
    },
    {
      name: 'inner axis',
      inputs: [
        [-1, 2, 3],
        [-1, 4, 3],
      ],
      attributes: { axis: 1 },
    },
    {
      name: 'last axis',
      inputs: [
        [-1, 2, 3],
        [-1, 2, 5],
      ],
      attributes: { axis: 2 },
    },
  ],
})
