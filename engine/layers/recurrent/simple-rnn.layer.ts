import { defineLayer } from '../layer.ts'
import { recurrentLayer } from './recurrent.ts'

export const simpleRnn = defineLayer(
  recurrentLayer({
    type: 'simple_rnn',
    label: 'SimpleRNN',
    keras: 'SimpleRNN',
    icon: 'repeat',
    summary: 'Carries a state from step to step of a sequence.',
    help: 'At each step $h_t = f(x_t W + h_{t-1} R + b)$, beginning with $h_0 = 0$. Its gradient fades or grows with the number of steps; LSTM and GRU keep it longer.',
    op: 'simple_rnn',
    gates: 1,
    biasShape: (units) => [units],
  }),
)
