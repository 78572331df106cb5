import { defineOp } from './op.ts'
import { gatedAttributes, gatedSettings, recurrentGradientOp, recurrentOp } from './recurrent.ts'

const cell = {
  name: 'lstm',
  gates: 4,
  bias: (units: number) => [4 * units],
  tape: [
    { name: 'cells', features: 1 },
    { name: 'gates', features: 4 },
  ],
  attributes: gatedAttributes,
  samples: gatedSettings,
  flops: 45,
  onnx: 'LSTM',
}

/** Long short-term memory over whole sequences, gates in the order i, f, c, o (Hochreiter and Schmidhuber 1997; Keras `LSTM`). */
export const lstm = defineOp(recurrentOp(cell))

/** The gradient of `lstm` through time. */
export const lstmGradient = defineOp(recurrentGradientOp(cell))
