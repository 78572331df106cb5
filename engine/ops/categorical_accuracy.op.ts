import { metricOp } from './loss.ts'

/** 1 where the largest prediction is where the largest target is, else 0; the first of equals counts. */
export const categoricalAccuracy = metricOp({
  name: 'categorical_accuracy',
  target: 'distribution',
  samples: [
    {
      name: 'five classes',
      inputs: [
        [-1, 5],
        [-1, 5],
      ],
      draw: [{ distribution: true }, { distribution: true }],
    },
  ],
})
