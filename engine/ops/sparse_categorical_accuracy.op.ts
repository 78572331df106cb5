import { metricOp } from './loss.ts'

/** 1 where the first largest prediction is that of the target's class, else 0. */
export const sparseCategoricalAccuracy = metricOp({
  name: 'sparse_categorical_accuracy',
  target: 'class-index',
  samples: [
    {
      name: 'five classes',
      inputs: [
        [-1, 5],
        [-1, 1],
      ],
      draw: [{ distribution: true }, { classes: 5 }],
    },
  ],
})
