import { epsilonParam } from '../affine.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'
import { featuresOf } from '../shapes.ts'

export const rmsNormalization = defineLayer({
  type: 'rms_normalization',
  label: 'RMSNormalization',
  keras: 'RMSNormalization',
  category: 'normalization',
  icon: 'equal',
  summary: 'Divides each sample by the root mean square of its features.',
  help: 'Computes $y = \\gamma x / \\sqrt{\\overline{x^2} + \\epsilon}$ over the last axis, for each sample and position by itself, with one learned $\\gamma$ a feature (Zhang and Sennrich 2019). It leaves the mean where it is, which saves work against LayerNormalization.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: { epsilon: epsilonParam(1e-6, 'Added to the mean square against division by zero.') },
  infer({ inputs }) {
    featuresOf(inputs[0])
    return [inputs[0]!]
  },
  weights: ({ inputs }) => [
    { name: 'scale', shape: [featuresOf(inputs[0])], initializer: { name: 'ones' }, trainable: true },
  ],
  mask: passesMask,
  lower: ({ builder, values, weights, params }) => [
    builder.emit('rms_normalization', [values[0]!, weights.scale!], { epsilon: numberParam(params, 'epsilon') })[0]!,
  ],
  headline: (params) => [`epsilon ${numberParam(params, 'epsilon')}`],
  samples: [
    { inputs: [[-1, 4]], params: {} },
    { inputs: [[-1, 3, 5]], params: { epsilon: 0.01 } },
    { inputs: [[-1, 2, 2, 3]], params: {} },
  ],
})
