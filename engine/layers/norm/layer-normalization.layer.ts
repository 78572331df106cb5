import { affineParams, affineSpecs, epsilonParam } from '../affine.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

export const layerNormalization = defineLayer({
  type: 'layer_normalization',
  label: 'LayerNormalization',
  keras: 'LayerNormalization',
  category: 'normalization',
  icon: 'ruler',
  summary: 'Standardises each sample over its features.',
  aliases: ['LN'],
  help: 'Computes $y = \\gamma (x - \\mu) / \\sqrt{\\sigma^2 + \\epsilon} + \\beta$ with $\\mu$ and $\\sigma^2$ of the last axis, for each sample and each position by itself. Nothing depends on the batch: training, evaluation and prediction do the same.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    epsilon: epsilonParam(0.001),
    ...affineParams,
  },
  infer({ inputs }) {
    featuresOf(inputs[0])
    return [inputs[0]!]
  },
  advise({ inputs }) {
    if (featuresOf(inputs[0]) > 1) return []
    return [
      {
        code: 'advice.single-feature',
        message: 'The mean of one feature is that feature: what comes out is the same for every sample.',
        port: 'input',
        expected: 'two features or more',
        received: '1 feature',
        fix: 'Remove the layer, or use BatchNormalization.',
      },
    ]
  },
  weights: ({ inputs, params }) => affineSpecs(featuresOf(inputs[0]), params),
  mask: passesMask,
  lower({ builder, values, weights, params }) {
    const inputs = [values[0]!, weights.gamma ?? null, weights.beta ?? null]
    return [builder.emit('layer_normalization', inputs, { epsilon: numberParam(params, 'epsilon') })[0]!]
  },
  headline: (params) => [`epsilon ${numberParam(params, 'epsilon')}`],
  samples: [
    { inputs: [[-1, 4]], params: {} },
    { inputs: [[-1, 3, 5]], params: { center: false } },
    { inputs: [[-1, 6]], params: { scale: false, epsilon: 0.01 } },
    { inputs: [[-1, 2, 2, 3]], params: { scale: false, center: false } },
    { inputs: [[-1, 4]], params: { gammaInitializer: 'random_normal', gammaL2: 0.01, betaConstraint: 'non_neg' } },
  ],
})
