import { elements, given, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

/** y = factor x. */
export const scale = defineOp({
  name: 'scale',
  inputs: ['x'],
  outputs: ['y'],
  attributes: { factor: { kind: 'number', min: -1e30, max: 1e30 } },
  reuse: reuseOf(0),
  shape: ([x]) => [given('scale', 'x', x)],
  vjp: ({ builder, gradients: [g], attributes }) => [g == null ? null : builder.emitOne('scale', [g], attributes)],
  flops: ([x]) => elements(x),
  onnx: 'Mul',
  samples: [
    { name: 'vectors', inputs: [[-1, 5]], attributes: { factor: -2.5 } },
    { name: 'scalar', inputs: [[]], attributes: { factor: 0.25 } },
  ],
})
