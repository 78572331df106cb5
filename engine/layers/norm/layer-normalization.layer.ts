import type { WeightSpec } from '../layer.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { booleanParam, numberParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

export const layerNormalization = defineLayer({
  type: 'layer_normalization',
  label: 'LayerNormalization',
  keras: 'LayerNormalization',
  category: 'normalization',
  icon: 'ruler',
  summary: 'Standardises each sample over its features.',
  help: 'Computes $y = \\gamma (x - \\mu) / \\sqrt{\\sigma^2 + \\epsilon} + \\beta$ with $\\mu$ and $\\sigma^2$ of the last axis, for each sample and each position by itself. Nothing depends on the batch: training, evaluation and prediction do the same.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    epsilon: {
      kind: 'number',
      label: 'Epsilon',
      help: 'Added to the variance against division by zero.',
      keras: 'epsilon',
      default: 0.001,
      min: 0,
      max: 1,
      exclusiveMin: true,
      logarithmic: true,
    },
    center: { kind: 'boolean', label: 'Center', help: 'Adds a learned $\\beta$.', keras: 'center', default: true },
    scale: {
      kind: 'boolean',
      label: 'Scale',
      help: 'Multiplies by a learned $\\gamma$.',
      keras: 'scale',
      default: true,
    },
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
  weights({ inputs, params }) {
    const shape = [featuresOf(inputs[0])]
    const specs: WeightSpec[] = []
    if (booleanParam(params, 'scale'))
      specs.push({ name: 'gamma', shape, initializer: { name: 'ones' }, trainable: true })
    if (booleanParam(params, 'center'))
      specs.push({ name: 'beta', shape, initializer: { name: 'zeros' }, trainable: true })
    return specs
  },
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
  ],
})
