import { metricOp } from './loss.ts'

/** 1 where fewer than k classes are rated higher than the target's largest one, as in Keras 3. */
export const topKCategoricalAccuracy = metricOp({
  name: 'top_k_categorical_accuracy',
  target: 'distribution',
  attributes: { k: { kind: 'integer', min: 1, max: 1 << 20, default: 5 } },
  samples: [
    {
      name: 'two of six',
      inputs: [
        [-1, 6],
        [-1, 6],
      ],
      attributes: { k: 2 },
      draw: [null, { distribution: true }],
    },
  ],
})

/** The same with the class number as target. */
export const sparseTopKCategoricalAccuracy = metricOp({
  name: 'sparse_top_k_categorical_accuracy',
  target: 'class-index',
  attributes: { k: { kind: 'integer', min: 1, max: 1 << 20, default: 5 } },
  samples: [
    {
      name: 'three of eight',
      inputs: [
        [-1, 8],
        [-1, 1],
      ],
      attributes: { k: 3 },
      draw: [null, { classes: 8 }],
    },
  ],
})
