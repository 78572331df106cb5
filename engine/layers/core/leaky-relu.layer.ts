import { lowerActivation } from '../activations.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'

export const leakyRelu = defineLayer({
  type: 'leaky_relu',
  label: 'LeakyReLU',
  keras: 'LeakyReLU',
  category: 'core',
  icon: 'trending-up',
  summary: 'ReLU with a small slope for negative numbers.',
  aliases: ['lrelu'],
  help: 'Computes $y = x$ for $x > 0$ and $y = slope \\cdot x$ otherwise: no unit dies, because the gradient is never 0.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    negativeSlope: {
      kind: 'number',
      label: 'Negative slope',
      help: 'Slope for $x < 0$.',
      keras: 'negative_slope',
      default: 0.3,
      min: 0,
      max: 100,
    },
  },
  infer: ({ inputs }) => [inputs[0]!],
  weights: () => [],
  mask: passesMask,
  lower: ({ builder, values, params }) => [
    lowerActivation(builder, values[0]!, 'leaky_relu', numberParam(params, 'negativeSlope')),
  ],
  headline: (params) => [`slope ${numberParam(params, 'negativeSlope')}`],
  samples: [
    { inputs: [[-1, 5]], params: {} },
    { inputs: [[-1, 2, 3]], params: { negativeSlope: 0.01 } },
    { inputs: [[-1, 4]], params: { negativeSlope: 1.5 } },
  ],
})
