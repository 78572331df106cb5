import { defineLayer } from '../layer.ts'
import { booleanParam } from '../read-params.ts'
import { recurrentActivationParam, recurrentLayer } from './recurrent.ts'

export const lstm = defineLayer(
  recurrentLayer({
    type: 'lstm',
    label: 'LSTM',
    keras: 'LSTM',
    icon: 'brain-circuit',
    summary: 'Remembers over many steps of a sequence, with gates that keep, write and read a cell.',
    help: 'With gates $i, f, o = \\sigma(x_t W + h_{t-1} R + b)$ and candidate $g = \\tanh(\\ldots)$ the cell becomes $c_t = f \\cdot c_{t-1} + i \\cdot g$ and the state $h_t = o \\cdot \\tanh(c_t)$. It has $4 \\cdot units \\cdot (I + units + 1)$ weights.',
    op: 'lstm',
    gates: 4,
    biasShape: (units) => [4 * units],
    params: {
      ...recurrentActivationParam,
      unitForgetBias: {
        kind: 'boolean',
        label: 'Unit forget bias',
        help: 'The bias of the forget gate starts at 1, so that the cell keeps its content at first.',
        keras: 'unit_forget_bias',
        default: true,
        visible: (params) => params.useBias === true,
      },
    },
    biasOnes: (params, units) => (booleanParam(params, 'unitForgetBias') ? [units, 2 * units] : undefined),
    samples: [
      { inputs: [[-1, 3, 2]], params: { units: 3, unitForgetBias: false, activation: 'relu' } },
      { inputs: [[-1, 4, 2]], params: { units: 3, recurrentActivation: 'hard_sigmoid', recurrentDropout: 0.4 } },
    ],
  }),
)
