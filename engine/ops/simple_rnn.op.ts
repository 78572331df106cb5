import { defineOp } from './op.ts'
import { recurrentGradientOp, recurrentOp } from './recurrent.ts'

const cell = {
  name: 'simple_rnn',
  gates: 1,
  bias: (units: number) => [units],
  tape: [],
  flops: 10,
  onnx: 'RNN',
}

/** h = act(x W + h R + b) over whole sequences (Elman 1990; Keras `SimpleRNN`). */
export const simpleRnn = defineOp(recurrentOp(cell))

/** The gradient of `simple_rnn` through time. */
export const simpleRnnGradient = defineOp(recurrentGradientOp(cell))
