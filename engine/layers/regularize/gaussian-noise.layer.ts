import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'

export const gaussianNoise = defineLayer({
  type: 'gaussian_noise',
  label: 'GaussianNoise',
  keras: 'GaussianNoise',
  category: 'regularization',
  icon: 'radio',
  summary: 'Adds random numbers to its inputs while training.',
  help: 'While training a number from a normal distribution of mean 0 is added to each element; in evaluation and prediction nothing happens. At the input of an autoencoder it makes a denoising one; elsewhere it is a mild augmentation.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    stddev: {
      kind: 'number',
      label: 'Standard deviation',
      help: 'How far the numbers added are from 0, in the units of the input.',
      keras: 'stddev',
      default: 0.1,
      min: 0,
      max: 1000,
      logarithmic: true,
    },
  },
  infer: ({ inputs }) => [inputs[0]!],
  weights: () => [],
  mask: passesMask,
  lower({ builder, inputs, values, params, training, stream }) {
    const deviation = numberParam(params, 'stddev')
    if (!training || deviation === 0) return [values[0]!]
    const noise = builder.emitOne('random_normal', [], { mean: 0, deviation, stream }, { shape: inputs[0]! })
    return [builder.emitOne('add', [values[0]!, noise])]
  },
  headline: (params) => [`deviation ${numberParam(params, 'stddev')}`],
  samples: [
    { inputs: [[-1, 6]], params: {} },
    { inputs: [[-1, 2, 3]], params: { stddev: 0.3 } },
    { inputs: [[-1, 5]], params: { stddev: 0 } },
  ],
})
