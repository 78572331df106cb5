import type { ValueId } from '../../compile/ir.ts'
import { affineParams, affineSpecs, epsilonParam } from '../affine.ts'
import { initializerOf, initializerParams } from '../initializers.ts'
import { defineLayer } from '../layer.ts'
import { maskOf, passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'
import { alongAxis, axisParam, featureAxis, featuresOf } from '../shapes.ts'

export const batchNormalization = defineLayer({
  type: 'batch_normalization',
  label: 'BatchNormalization',
  keras: 'BatchNormalization',
  category: 'normalization',
  icon: 'sliders-horizontal',
  summary: 'Standardises each feature over the batch.',
  aliases: ['BN'],
  help: 'Computes $y = \\gamma (x - \\mu) / \\sqrt{\\sigma^2 + \\epsilon} + \\beta$ for each entry of the last axis, or of the one chosen. While training $\\mu$ and $\\sigma^2$ come from the batch, and moving averages $m \\leftarrow momentum \\cdot m + (1 - momentum) \\cdot batch$ are kept; evaluation and prediction use the moving averages. Steps that a mask leaves out count in neither (with the last axis; with another one all steps count).',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    axis: axisParam('The axis whose entries are normalised each by itself'),
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
    epsilon: epsilonParam(0.001),
    ...affineParams,
    ...initializerParams('movingMean', 'zeros', 'moving_mean_initializer'),
    ...initializerParams('movingVariance', 'ones', 'moving_variance_initializer'),
  },
  infer({ inputs, params }) {
    featuresOf(inputs[0])
    featureAxis(inputs[0]!, params)
    return [inputs[0]!]
  },
  weights({ inputs, params }) {
    const size = inputs[0]![featureAxis(inputs[0]!, params)] as number
    const state = (name: string, param: string) => ({
      name,
      shape: [size],
      initializer: initializerOf(params, param, { fanIn: size, fanOut: size }),
      trainable: false,
    })
    return [
      ...affineSpecs(size, params),
      state('moving_mean', 'movingMean'),
      state('moving_variance', 'movingVariance'),
    ]
  },
  mask: passesMask,
  lower(context) {
    const { builder, values, weights, params, training } = context
    const epsilon = numberParam(params, 'epsilon')
    const rest = [weights.gamma ?? null, weights.beta ?? null, weights.moving_mean!, weights.moving_variance!]
    const axis = featureAxis(builder.shapeOf(values[0]!), params)
    const mask = axis === builder.shapeOf(values[0]!).length - 1 ? maskOf(context) : null
    const normalize = (x: ValueId): ValueId => {
      if (!training) return builder.emitOne('batch_normalization_inference', [x, ...rest], { epsilon })
      const attributes = { momentum: numberParam(params, 'momentum'), epsilon }
      if (mask !== null) return builder.emit('masked_batch_normalization', [x, ...rest, mask], attributes)[0]!
      return builder.emit('batch_normalization', [x, ...rest], attributes)[0]!
    }
    return [alongAxis(builder, values[0]!, axis, normalize)]
  },
  headline: (params) => [`momentum ${numberParam(params, 'momentum')}`],
  samples: [
    { inputs: [[-1, 4]], params: {} },
    { inputs: [[-1, 3, 2]], params: { center: false, momentum: 0.9 } },
    { inputs: [[-1, 4]], params: { scale: false, epsilon: 0.01 } },
    { inputs: [[-1, 3, 2]], params: { axis: 1 } },
    { inputs: [[-1, 2, 3, 2]], params: { axis: -2, scale: false } },
    {
      inputs: [[-1, 3]],
      params: { gammaL2: 0.01, betaL1: 0.01, betaConstraint: 'non_neg', movingMeanInitializer: 'ones' },
    },
  ],
})
