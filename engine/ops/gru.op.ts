import { type Attributes, defineOp } from './op.ts'
import { gatedAttributes, gatedSettings, recurrentGradientOp, recurrentOp } from './recurrent.ts'

const cell = {
  name: 'gru',
  gates: 3,
  bias: (units: number, { resetAfter }: Attributes) => (resetAfter ? [2, 3 * units] : [3 * units]),
  tape: [{ name: 'gates', features: 4 }],
  attributes: { ...gatedAttributes, resetAfter: { kind: 'boolean', default: true } } as const,
  samples: [
    ...gatedSettings,
    { name: 'reset before', bias: true, attributes: { resetAfter: false }, x: [-1, 4, 3], units: 5 },
    {
      name: 'reset before, masked, dropped out by gates',
      bias: true,
      attributes: { resetAfter: false, returnSequences: true, goBackwards: true },
      x: [-1, 4, 2],
      units: 3,
      mask: true,
      dropout: ['gates', 'gates'],
    } as const,
  ],
  flops: 35,
  onnx: 'GRU with linear_before_reset = 1',
}

/** Gated recurrent unit over whole sequences, gates in the order z, r, h, the reset gate after the product with the recurrent weights or before it (Cho et al. 2014; Keras `GRU`). */
export const gru = defineOp(recurrentOp(cell))

/** The gradient of `gru` through time. */
export const gruGradient = defineOp(recurrentGradientOp(cell))
