import { adviseRate, rateParam } from '../dropping.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'

export const gaussianDropout = defineLayer({
  type: 'gaussian_dropout',
  label: 'GaussianDropout',
  keras: 'GaussianDropout',
  category: 'regularization',
  icon: 'chart-spline',
  summary: 'Multiplies its inputs by random numbers around 1 while training.',
  help: 'While training each element is multiplied by a number from a normal distribution of mean 1 and standard deviation $\\sqrt{rate / (1 - rate)}$, the mean and variance that dropout of that rate has; in evaluation and prediction nothing happens.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: { rate: rateParam('The rate of the dropout with the same variance.') },
  infer: ({ inputs }) => [inputs[0]!],
  advise: ({ params }) => adviseRate(params, 'element'),
  weights: () => [],
  mask: passesMask,
  lower({ builder, inputs, values, params, training, stream }) {
    const rate = numberParam(params, 'rate')
    if (!training || rate === 0) return [values[0]!]
    const attributes = { mean: 1, deviation: Math.sqrt(rate / (1 - rate)), stream }
    const factors = builder.emitOne('random_normal', [], attributes, { shape: inputs[0]! })
    return [builder.emitOne('multiply', [values[0]!, factors])]
  },
  headline: (params) => [`rate ${numberParam(params, 'rate')}`],
  samples: [
    { inputs: [[-1, 6]], params: { rate: 0.1 } },
    { inputs: [[-1, 2, 3]], params: { rate: 0.3 } },
    { inputs: [[-1, 5]], params: { rate: 0 } },
  ],
})
