import { defineOp } from './op.ts'
import { recurrentGradientOp, recurrentOp } from './recurrent.ts'

const cell = {
  name: 'gru',
  gates: 3,
  bias: (units: number) => [2, 3 * units],
  tape: [{ name: 'gates', features: 4 }],
  flops: 35,
  onnx: 'GRU with linear_before_reset = 1',
}

/** Gated recurrent unit over whole sequences, gates in the order z, r, h, reset after the product (Cho et al. 2014; Keras `GRU`). */
export const gru = defineOp(recurrentOp(cell))

/** The gradient of `gru` through time. */
export const gruGradient = defineOp(recurrentGradientOp(cell))
