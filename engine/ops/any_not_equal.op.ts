import { elements, expectRank } from './check.ts'
import { defineOp } from './op.ts'

/** 1 for each row in which any feature differs from a number, else 0: the mask of padded steps. */
export const anyNotEqual = defineOp({
  name: 'any_not_equal',
  inputs: ['x'],
  outputs: ['mask'],
  attributes: { value: { kind: 'number', min: -1e30, max: 1e30, default: 0 } },
  shape: ([x]) => [expectRank('any_not_equal', 'x', x, 2).slice(0, -1)],
  vjp: () => [null],
  flops: ([x]) => elements(x),
  onnx: 'Equal, Not, Cast, ReduceMax',
  kinks: (value, _, attributes) => Math.abs(value - (attributes.value as number)) < 1e-3,
  samples: [
    { name: 'ids', inputs: [[-1, 5, 1]], draw: [{ classes: 2 }], attributes: { value: -1 } },
    { name: 'sequences', inputs: [[-1, 4, 3]], attributes: { value: 0.5 } },
    { name: 'vectors', inputs: [[-1, 2]] },
  ],
})
