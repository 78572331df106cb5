import { expectBatched, sameLengths } from './count-checks.ts'
import { defineOp } from './op.ts'

/** For each class c adds hits, predictions and labels of the batch to the accumulators slot + 3c and the two after it. */
export const accumulateClassCounts = defineOp({
  name: 'accumulate_class_counts',
  inputs: ['prediction', 'target'],
  outputs: [],
  attributes: { slot: { kind: 'integer', min: 0, max: 4095 } },
  effect: true,
  shape([prediction, target]) {
    const shape = expectBatched('accumulate_class_counts', 'prediction', prediction)
    sameLengths('accumulate_class_counts', shape, target)
    return []
  },
  flops: ([prediction]) => prediction?.[1] ?? 0,
  onnx: null,
  samples: [
    {
      name: 'labels by number',
      inputs: [
        [-1, 4],
        [-1, 1],
      ],
      attributes: { slot: 1 },
      draw: [null, { classes: 4 }],
    },
    {
      name: 'labels one-hot',
      inputs: [
        [-1, 3],
        [-1, 3],
      ],
      attributes: { slot: 0 },
      draw: [null, { distribution: true }],
    },
  ],
})
