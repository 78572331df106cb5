import { formatShape, sameShape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import { layerError } from '../problem.ts'

export const realOrGenerated = defineLayer({
  type: 'real_or_generated',
  label: 'RealOrGenerated',
  keras: null,
  category: 'merge',
  icon: 'scale',
  summary: 'Shows a discriminator real samples and generated ones in turn: the junction of a GAN.',
  aliases: ['GAN', 'discriminator', 'adversarial'],
  help: 'Everything on the way from Noise to here is the generator, everything behind it the discriminator, whose single unit says whether a sample is real. In each step the discriminator learns to tell a batch of the data from a generated one, then the generator learns to pass for real: $-\\log D(x) - \\log(1 - D(G(z)))$ and $-\\log D(G(z))$ with sigmoid and binary cross-entropy (Goodfellow et al. 2014, the form that does not saturate), squares with mean squared error (Mao et al. 2017). Prediction and export give the generator.',
  inputs: [
    { name: 'real', label: 'real samples' },
    { name: 'generated', label: 'generated samples' },
  ],
  outputs: [{ name: 'output', label: 'samples' }],
  params: {},
  infer({ inputs }) {
    const [real, generated] = inputs
    if (real && generated && !sameShape(real, generated))
      throw layerError({
        code: 'graph.shape-mismatch',
        message: `Generated samples must have the shape of real ones, ${formatShape(real)}, not ${formatShape(generated)}.`,
        port: 'generated',
        expected: formatShape(real),
        received: formatShape(generated),
        fix: `End the generator with ${formatShape(real.slice(1))} numbers a sample, by the units of its last layer or a Reshape.`,
      })
    return [real!]
  },
  weights: () => [],
  // Which samples pass is up to the compiler (compile/adversarial.ts).
  lower: ({ values }) => [values[0]!],
  headline: () => [],
  samples: [
    { inputs: [[-1, 4], [-1, 4]], params: {} }, // biome-ignore format: one sample
    { inputs: [[-1, 1], [-1, 1]], params: {} }, // biome-ignore format: one sample
    { inputs: [[-1, 3, 3, 1], [-1, 3, 3, 1]], params: {} }, // biome-ignore format: one sample
  ],
})
