import { metricOp } from './loss.ts'

/** The share of features for which prediction > threshold says what the target says. */
export const binaryAccuracy = metricOp({
  name: 'binary_accuracy',
  target: 'like-prediction',
  attributes: { threshold: { kind: 'number', default: 0.5 } },
  samples: [
    {
      name: 'one output',
      inputs: [
        [-1, 1],
        [-1, 1],
      ],
      draw: [{ min: 0, max: 1 }, { classes: 2 }],
    },
    {
      name: 'several labels',
      inputs: [
        [-1, 4],
        [-1, 4],
      ],
      attributes: { threshold: 0.3 },
      draw: [{ min: 0, max: 1 }, { classes: 2 }],
    },
  ],
})
