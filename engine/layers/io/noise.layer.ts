import { defineLayer } from '../layer.ts'
import { numberParam } from '../read-params.ts'

export const noise = defineLayer({
  type: 'noise',
  label: 'Noise',
  keras: null,
  category: 'io',
  icon: 'dices',
  summary: 'A vector of random numbers for each sample: what a generator makes its samples from.',
  aliases: ['GAN', 'latent', 'generator'],
  help: 'Gives $z \\sim N(0, 1)$, new numbers in every step, in training and in prediction; it takes no data. In a GAN it feeds the generator: nearby vectors become similar samples. The numbers follow from the seed.',
  inputs: [],
  outputs: [{ name: 'output', label: 'noise' }],
  params: {
    size: {
      kind: 'integer',
      label: 'Size',
      help: 'Numbers a sample, the dimensions of the latent space.',
      default: 32,
      min: 1,
      max: 65536,
      logarithmic: true,
    },
  },
  infer: ({ params }) => [[-1, numberParam(params, 'size')]],
  weights: () => [],
  lower: ({ builder, params, stream }) => [
    builder.emitOne('random_normal', [], { stream }, { shape: [-1, numberParam(params, 'size')] }),
  ],
  headline: (params) => [`${numberParam(params, 'size')} numbers`],
  samples: [
    { inputs: [], params: {} },
    { inputs: [], params: { size: 1 } },
    { inputs: [], params: { size: 7 } },
  ],
})
