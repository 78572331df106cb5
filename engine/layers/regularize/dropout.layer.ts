import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'

/** From here on dropout usually stops learning altogether. */
const HIGH_RATE = 0.8

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
  params: {
    rate: {
      kind: 'number',
      label: 'Rate',
      help: 'Fraction of elements set to zero.',
      keras: 'rate',
      default: 0.5,
      min: 0,
      max: 1,
      exclusiveMax: true,
    },
  },
  infer: ({ inputs }) => [inputs[0]!],
  advise({ params }) {
    const rate = numberParam(params, 'rate')
    if (rate < HIGH_RATE) return []
    return [
      {
        code: 'advice.dropout-rate',
        message: `A rate of ${rate} leaves one element in ${Math.round(1 / (1 - rate))}: hardly anything gets through to learn from.`,
        param: 'rate',
        expected: '0.1 to 0.5 as a rule',
        received: String(rate),
        fix: 'Lower the rate.',
      },
    ]
  },
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
