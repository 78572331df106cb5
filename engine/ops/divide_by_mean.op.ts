import { elements, expectShape } from './check.ts'
import { defineOp } from './op.ts'

/** x divided by the mean of the counts, 0 where that is 0: per-sample sums whose mean over the batch is the one over all that was counted. */
export const divideByMean = defineOp({
  name: 'divide_by_mean',
  inputs: ['x', 'counts'],
  outputs: ['y'],
  attributes: {},
  reuse: [[0, 0]],
  shape([x, counts]) {
    expectShape('divide_by_mean', 'x', x, [-1])
    expectShape('divide_by_mean', 'counts', counts, [-1])
    return [[-1]]
  },
  vjp: ({ builder, gradients: [g], inputs: [, counts] }) => [
    g == null ? null : builder.emitOne('divide_by_mean', [g, counts as number]),
    null,
  ],
  flops: ([x]) => 2 * elements(x),
  onnx: null,
  samples: [{ name: 'counted steps', inputs: [[-1], [-1]], draw: [null, { classes: 4 }], constant: [1] }],
})
