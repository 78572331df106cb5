import { expectShape } from './check.ts'
import { expectBatched } from './count-checks.ts'
import { defineOp } from './op.ts'

/**
 * Counts positives and negatives by where their score lies among thresholds 0, 1 / (thresholds - 1), ..., 1: score b adds to the accumulators
 * slot + 2b (positives) and slot + 2b + 1, b being the number of inner thresholds below the score.
 */
export const accumulateThresholdCounts = defineOp({
  name: 'accumulate_threshold_counts',
  inputs: ['prediction', 'target'],
  outputs: [],
  attributes: {
    slot: { kind: 'integer', min: 0, max: 4095 },
    thresholds: { kind: 'integer', min: 2, max: 1000 },
  },
  effect: true,
  shape([prediction, target]) {
    const shape = expectBatched('accumulate_threshold_counts', 'prediction', prediction)
    expectShape('accumulate_threshold_counts', 'target', target, shape)
    return []
  },
  flops: () => 1,
  onnx: null,
  samples: [
    {
      name: 'eleven thresholds',
      inputs: [
        [-1, 1],
        [-1, 1],
      ],
      attributes: { slot: 1, thresholds: 11 },
      draw: [{ min: 0, max: 1 }, { classes: 2 }],
    },
    {
      name: 'two thresholds',
      inputs: [
        [-1, 1],
        [-1, 1],
      ],
      attributes: { slot: 0, thresholds: 2 },
      draw: [{ min: 0, max: 1 }, { classes: 2 }],
    },
  ],
})
