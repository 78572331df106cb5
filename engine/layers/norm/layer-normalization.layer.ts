import type { Shape } from '../../base/shape.ts'
import type { ValueId } from '../../compile/ir.ts'
import { affineParams, affineSpecs, epsilonParam } from '../affine.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import type { EffectiveParams } from '../params.ts'
import { numberParam } from '../read-params.ts'
import { alongAxis, axisParam, featureAxis, featuresOf } from '../shapes.ts'

const sizeOf = (shape: Shape, params: EffectiveParams): number => shape[featureAxis(shape, params)] as number

export const layerNormalization = defineLayer({
  type: 'layer_normalization',
  label: 'LayerNormalization',
  keras: 'LayerNormalization',
  category: 'normalization',
  icon: 'ruler',
  summary: 'Standardises each sample over its features.',
  aliases: ['LN'],
  help: 'Computes $y = \\gamma (x - \\mu) / \\sqrt{\\sigma^2 + \\epsilon} + \\beta$ with $\\mu$ and $\\sigma^2$ of the last axis, or the one chosen, for each sample and each position by itself. Nothing depends on the batch: training, evaluation and prediction do the same.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    axis: axisParam('The axis over which mean and variance are taken'),
    epsilon: epsilonParam(0.001),
    ...affineParams,
  },
  infer({ inputs, params }) {
    featuresOf(inputs[0])
    featureAxis(inputs[0]!, params)
    return [inputs[0]!]
  },
  advise({ inputs, params }) {
    if (sizeOf(inputs[0]!, params) > 1) return []
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
  weights: ({ inputs, params }) => affineSpecs(sizeOf(inputs[0]!, params), params),
  mask: passesMask,
  lower({ builder, values, weights, params }) {
    const epsilon = numberParam(params, 'epsilon')
    const axis = featureAxis(builder.shapeOf(values[0]!), params)
    const normalize = (x: ValueId): ValueId =>
      builder.emit('layer_normalization', [x, weights.gamma ?? null, weights.beta ?? null], { epsilon })[0]!
    return [alongAxis(builder, values[0]!, axis, normalize)]
  },
  headline: (params) => [`epsilon ${numberParam(params, 'epsilon')}`],
  samples: [
    { inputs: [[-1, 4]], params: {} },
    { inputs: [[-1, 3, 5]], params: { center: false } },
    { inputs: [[-1, 6]], params: { scale: false, epsilon: 0.01 } },
    { inputs: [[-1, 2, 2, 3]], params: { scale: false, center: false } },
    { inputs: [[-1, 3, 5]], params: { axis: 1 } },
    { inputs: [[-1, 2, 3, 4]], params: { axis: -2, center: false } },
    { inputs: [[-1, 4]], params: { gammaInitializer: 'random_normal', gammaL2: 0.01, betaConstraint: 'non_neg' } },
  ],
})
