import { expectShape } from './check.ts'
import { defineOp } from './op.ts'

/** The mean over the samples of the batch at hand. */
export const batchMean = defineOp({
  name: 'batch_mean',
  inputs: ['x'],
  outputs: ['y'],
  attributes: {},
  shape([x]) {
    expectShape('batch_mean', 'x', x, [-1])
    return [[]]
  },
  vjp: ({ builder, gradients: [g] }) => [g == null ? null : builder.emitOne('batch_mean_gradient', [g])],
  flops: () => 1,
  onnx: null,
  samples: [{ name: 'losses', inputs: [[-1]] }],
})

/** g / n for each sample. */
export const batchMeanGradient = defineOp({
  name: 'batch_mean_gradient',
  inputs: ['g'],
  outputs: ['dx'],
  attributes: {},
  shape([g]) {
    expectShape('batch_mean_gradient', 'g', g, [])
    return [[-1]]
  },
  flops: () => 1,
  onnx: null,
  samples: [{ name: 'losses', inputs: [[]] }],
})
