import { elements, given, reuseOf } from './check.ts'
import { defineOp } from './op.ts'

/** Inverted dropout (Srivastava et al. 2014): each element is zeroed with probability `rate`, the rest scaled by 1 / (1 - rate). */
export const dropout = defineOp({
  name: 'dropout',
  inputs: ['x'],
  outputs: ['y', 'mask'],
  attributes: {
    rate: { kind: 'number', min: 0, max: 1 - 2 ** -24 },
    stream: { kind: 'integer', min: 0, max: 2 ** 32 - 1 },
  },
  reuse: reuseOf(0),
  shape([x]) {
    const shape = given('dropout', 'x', x)
    return [shape, shape]
  },
  vjp: ({ builder, gradients, outputs }) => [
    gradients[0] == null ? null : builder.emitOne('multiply', [gradients[0], outputs[1] as number]),
  ],
  flops: ([x]) => elements(x),
  onnx: 'nothing at inference',
  samples: [
    { name: 'fifth', inputs: [[-1, 13]], attributes: { rate: 0.2, stream: 1001 } },
    { name: 'half', inputs: [[-1, 4, 5]], attributes: { rate: 0.5, stream: 1002 } },
    { name: 'nothing', inputs: [[-1, 4]], attributes: { rate: 0, stream: 1003 } },
  ],
})
