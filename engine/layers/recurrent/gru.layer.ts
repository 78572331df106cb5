import { defineLayer } from '../layer.ts'
import { recurrentLayer } from './recurrent.ts'

export const gru = defineLayer(
  recurrentLayer({
    type: 'gru',
    label: 'GRU',
    keras: 'GRU',
    icon: 'refresh-cw',
    summary: 'Remembers over many steps of a sequence, with two gates and no cell of its own.',
    help: 'With gates $z, r = \\sigma(x_t W + h_{t-1} R + b)$ and candidate $g = \\tanh(x_t W_h + b_h + r \\cdot (h_{t-1} R_h + b_r))$ the state becomes $h_t = z \\cdot h_{t-1} + (1 - z) \\cdot g$. The reset gate acts after the product (`reset_after=True`, the default of Keras). It has $3 \\cdot units \\cdot (I + units + 2)$ weights.',
    op: 'gru',
    gates: 3,
    biasShape: (units) => [2, 3 * units],
  }),
)
