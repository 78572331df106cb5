import { expectShape, given } from './check.ts'
import { defineOp } from './op.ts'

/** Adds the sum of x, or a scalar (times the samples when `perSample`), to an accumulator in float64. */
export const accumulate = defineOp({
  name: 'accumulate',
  inputs: ['x'],
  outputs: [],
  attributes: {
    slot: { kind: 'integer', min: 0, max: 4095 },
    perSample: { kind: 'boolean', default: true },
  },
  effect: true,
  shape([x]) {
    if (given('accumulate', 'x', x).length > 0) expectShape('accumulate', 'x', x, [-1])
    return []
  },
  flops: () => 1,
  onnx: null,
  samples: [
    { name: 'losses', inputs: [[-1]], attributes: { slot: 1 } },
    { name: 'scalar for each sample', inputs: [[]], attributes: { slot: 0, perSample: true } },
    { name: 'scalar for each batch', inputs: [[]], attributes: { slot: 2, perSample: false } },
  ],
})
