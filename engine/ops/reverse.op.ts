import { expectAxis, expectBatched } from './check.ts'
import { defineOp } from './op.ts'

/** x with one feature axis from its end to its beginning. */
export const reverse = defineOp({
  name: 'reverse',
  inputs: ['x'],
  outputs: ['y'],
  attributes: { axis: { kind: 'integer', min: 1 } },
  shape([xShape], { axis }) {
    const x = expectBatched('reverse', 'x', xShape)
    expectAxis('reverse', 'x', x, axis as number)
    return [x]
  },
  vjp({ builder, gradients: [g], attributes }) {
    return [g == null ? null : builder.emitOne('reverse', [g], attributes)]
  },
  flops: () => 0,
  onnx: 'Slice with step -1',
  samples: [
    { name: 'steps', inputs: [[-1, 4, 3]], attributes: { axis: 1 } },
    { name: 'last axis', inputs: [[-1, 2, 5]], attributes: { axis: 2 } },
  ],
})
