import type { WeightSpec } from '../layer.ts'
import { defineLayer } from '../layer.ts'
import { booleanParam, numberParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

export const batchNormalization = defineLayer({
  type: 'batch_normalization',
  label: 'BatchNormalization',
  keras: 'BatchNormalization',
  category: 'normalization',
  icon: 'sliders-horizontal',
  summary: 'Standardises each feature over the batch.',
  help: 'Computes $y = \\gamma (x - \\mu) / \\sqrt{\\sigma^2 + \\epsilon} + \\beta$ for each entry of the last axis. While training $\\mu$ and $\\sigma^2$ come from the batch, and moving averages $m \\leftarrow momentum \\cdot m + (1 - momentum) \\cdot batch$ are kept; evaluation and prediction use the moving averages.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    momentum: {
      kind: 'number',
      label: 'Momentum',
      help: 'Share of the old moving average that is kept at each step.',
      keras: 'momentum',
      default: 0.99,
      min: 0,
      max: 1,
      exclusiveMax: true,
    },
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
  weights({ inputs, params }) {
    const shape = [featuresOf(inputs[0])]
    const ones = { name: 'ones' } as const
    const zeros = { name: 'zeros' } as const
    const specs: WeightSpec[] = []
    if (booleanParam(params, 'scale')) specs.push({ name: 'gamma', shape, initializer: ones, trainable: true })
    if (booleanParam(params, 'center')) specs.push({ name: 'beta', shape, initializer: zeros, trainable: true })
    specs.push({ name: 'moving_mean', shape, initializer: zeros, trainable: false })
    specs.push({ name: 'moving_variance', shape, initializer: ones, trainable: false })
    return specs
  },
  lower({ builder, values, weights, params, training }) {
    const epsilon = numberParam(params, 'epsilon')
    const inputs = [
      values[0]!,
      weights.gamma ?? null,
      weights.beta ?? null,
      weights.moving_mean!,
      weights.moving_variance!,
    ]
    if (!training) return [builder.emitOne('batch_normalization_inference', inputs, { epsilon })]
    return [builder.emit('batch_normalization', inputs, { momentum: numberParam(params, 'momentum'), epsilon })[0]!]
  },
  headline: (params) => [`momentum ${numberParam(params, 'momentum')}`],
  samples: [
    { inputs: [[-1, 4]], params: {} },
    { inputs: [[-1, 3, 2]], params: { center: false, momentum: 0.9 } },
    { inputs: [[-1, 4]], params: { scale: false, epsilon: 0.01 } },
  ],
})
