import { elements, given } from './check.ts'
import { defineOp } from './op.ts'

/** Numbers of a normal distribution, one for each element of the stated shape, anew at each step. */
export const randomNormal = defineOp({
  name: 'random_normal',
  inputs: [],
  outputs: ['y'],
  attributes: {
    mean: { kind: 'number', min: -1e30, max: 1e30, default: 0 },
    deviation: { kind: 'number', min: 0, max: 1e30, default: 1 },
    stream: { kind: 'integer', min: 0, max: 2 ** 32 - 1 },
  },
  shaped: true,
  shape: (_, __, stated) => [given('random_normal', 'y', stated)],
  vjp: () => [],
  flops: (_, [y]) => 10 * elements(y),
  onnx: null,
  samples: [
    { name: 'standard', inputs: [], attributes: { stream: 1001 }, shape: [-1, 4, 5] },
    { name: 'around one', inputs: [], attributes: { mean: 1, deviation: 0.5, stream: 1002 }, shape: [-1, 13] },
    { name: 'no deviation', inputs: [], attributes: { mean: 2, deviation: 0, stream: 1003 }, shape: [-1, 3] },
  ],
})
