import { adviseRate, rateParam } from '../dropping.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'

export const dropout = defineLayer({
  type: 'dropout',
  label: 'Dropout',
  keras: 'Dropout',
  category: 'regularization',
  icon: 'shuffle',
  summary: 'Sets a random part of its inputs to zero while training.',
  help: 'While training each element is kept with probability $1 - rate$ and then scaled by $1 / (1 - rate)$, so that its expectation stays; in evaluation and prediction nothing happens. It makes units rely less on each other.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: { rate: rateParam('Fraction of elements set to zero.') },
  infer: ({ inputs }) => [inputs[0]!],
  advise: ({ params }) => adviseRate(params, 'element'),
  weights: () => [],
  mask: passesMask,
  lower({ builder, values, params, training, stream }) {
    const rate = numberParam(params, 'rate')
    if (!training || rate === 0) return [values[0]!]
    return [builder.emit('dropout', [values[0]!], { rate, stream })[0]!]
  },
  headline: (params) => [`rate ${numberParam(params, 'rate')}`],
  samples: [
    { inputs: [[-1, 6]], params: { rate: 0.5 } },
    { inputs: [[-1, 2, 3]], params: { rate: 0 } },
  ],
})
