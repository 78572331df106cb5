import { lowerActivation } from '../activations.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'

export const elu = defineLayer({
  type: 'elu',
  label: 'ELU',
  keras: 'ELU',
  category: 'core',
  icon: 'spline',
  summary: 'Exponential linear unit.',
  help: 'Computes $y = x$ for $x > 0$ and $y = \\alpha (e^x - 1)$ otherwise: it tends to $-\\alpha$, which brings the mean of the outputs near 0 (Clevert et al. 2016).',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    alpha: {
      kind: 'number',
      label: 'Alpha',
      help: 'The output tends to $-\\alpha$ for very negative $x$.',
      keras: 'alpha',
      default: 1,
      min: 0,
      max: 100,
    },
  },
  infer: ({ inputs }) => [inputs[0]!],
  weights: () => [],
  mask: passesMask,
  lower: ({ builder, values, params }) => [lowerActivation(builder, values[0]!, 'elu', numberParam(params, 'alpha'))],
  headline: (params) => [`alpha ${numberParam(params, 'alpha')}`],
  samples: [
    { inputs: [[-1, 5]], params: {} },
    { inputs: [[-1, 2, 3]], params: { alpha: 0.5 } },
    { inputs: [[-1, 4]], params: { alpha: 2 } },
  ],
})
