import { defineLayer } from '../layer.ts'
import { booleanParam } from '../read-params.ts'
import { recurrentActivationParam, recurrentLayer } from './recurrent.ts'

export const gru = defineLayer(
  recurrentLayer({
    type: 'gru',
    label: 'GRU',
    keras: 'GRU',
    icon: 'refresh-cw',
    summary: 'Remembers over many steps of a sequence, with two gates and no cell of its own.',
    help: 'With gates $z, r = \\sigma(x_t W + h_{t-1} R + b)$ and candidate $g = \\tanh(x_t W_h + b_h + r \\cdot (h_{t-1} R_h + b_r))$ the state becomes $h_t = z \\cdot h_{t-1} + (1 - z) \\cdot g$. The reset gate acts after the product, as Keras does by default; it may act before: $(r \\cdot h_{t-1}) R_h$. It has $3 \\cdot units \\cdot (I + units + 2)$ weights, with the reset before $3 \\cdot units$ fewer.',
    op: 'gru',
    gates: 3,
    biasShape: (units, params) => (booleanParam(params, 'resetAfter') ? [2, 3 * units] : [3 * units]),
    params: {
      ...recurrentActivationParam,
      resetAfter: {
        kind: 'boolean',
        label: 'Reset after',
        help: 'The reset gate acts on the product of state and weights, which then has a bias of its own; else on the state.',
        keras: 'reset_after',
        default: true,
      },
    },
    samples: [
      { inputs: [[-1, 4, 3]], params: { units: 5, resetAfter: false, bidirectional: true } },
      { inputs: [[-1, 3, 2]], params: { units: 3, resetAfter: false, recurrentDropout: 0.3, returnSequences: true } },
      { inputs: [[-1, 3, 2]], params: { units: 4, recurrentActivation: 'tanh', activation: 'elu' } },
    ],
  }),
)
