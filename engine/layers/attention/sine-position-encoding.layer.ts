import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'
import { sequenceOf } from '../windows.ts'
import { forEverySample } from './scores.ts'

/** Sines at even and cosines at odd features, wavelengths from 2 pi up (Vaswani et al. 2017, laid out as in KerasHub). */
function waves(steps: number, features: number, longest: number): number[] {
  return Array.from({ length: steps * features }, (_, index) => {
    const [step, feature] = [Math.floor(index / features), index % features]
    const angle = step * longest ** (-(2 * Math.floor(feature / 2)) / features)
    return feature % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
  })
}

export const sinePositionEncoding = defineLayer({
  type: 'sine_position_encoding',
  label: 'SinePositionEncoding',
  keras: null,
  category: 'attention',
  icon: 'audio-waveform',
  summary: 'Adds sines and cosines that tell positions apart to a sequence.',
  aliases: ['positional encoding', 'sinusoidal'],
  help: 'Attention does not know the order of steps. This layer adds $\\sin(t / w^{2i/d})$ to feature $2i$ and $\\cos$ of the same to feature $2i + 1$ of step $t$, with $d$ features and the longest wavelength $w$. Nothing is learned.',
  inputs: [{ name: 'input', label: 'sequence' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    maxWavelength: {
      kind: 'number',
      label: 'Longest wavelength',
      help: 'How slow the slowest wave is, in steps over $2 \\pi$.',
      keras: 'max_wavelength',
      default: 10000,
      min: 1,
      max: 1e7,
      logarithmic: true,
      searchable: false,
    },
  },
  infer({ inputs }) {
    sequenceOf(inputs[0])
    return [inputs[0]!]
  },
  weights: () => [],
  mask: passesMask,
  lower({ builder, inputs, values, params }) {
    const [steps, features] = sequenceOf(inputs[0])
    const literal = waves(steps, features, numberParam(params, 'maxWavelength'))
    const table = builder.value('constant', 'positions', [steps, features], { literal })
    return [builder.emitOne('add', [values[0]!, forEverySample(builder, table)])]
  },
  headline: () => ['sines'],
  samples: [
    { inputs: [[-1, 4, 6]], params: {} },
    { inputs: [[-1, 5, 3]], params: { maxWavelength: 100 } },
    { inputs: [[-1, 1, 1]], params: {} },
  ],
})
