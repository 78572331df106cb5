import { adviseRate, rateParam } from '../dropping.ts'
import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'

/** What SELU tends to for very negative numbers: -alpha * scale. */
const SATURATED = -1.6732632423543772 * 1.0507009873554805

export const alphaDropout = defineLayer({
  type: 'alpha_dropout',
  label: 'AlphaDropout',
  keras: 'AlphaDropout',
  category: 'regularization',
  icon: 'dices',
  summary: 'Dropout that keeps mean and variance, for SELU.',
  help: "While training each element is replaced with probability $rate$ by $\\alpha' = -1.7581$, what SELU tends to for very negative numbers, and all are then scaled and shifted so that inputs of mean 0 and variance 1 keep both; in evaluation and prediction nothing happens (Klambauer et al. 2017).",
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: { rate: rateParam('Fraction of elements replaced.') },
  infer: ({ inputs }) => [inputs[0]!],
  advise: ({ params }) => adviseRate(params, 'element'),
  weights: () => [],
  mask: passesMask,
  // y = a (x kept + alpha' (1 - kept)) + b, where dropout gives x kept / (1 - rate) and kept / (1 - rate).
  lower({ builder, inputs, values, params, training, stream }) {
    const rate = numberParam(params, 'rate')
    if (!training || rate === 0) return [values[0]!]
    const a = 1 / Math.sqrt((1 - rate) * (1 + rate * SATURATED ** 2))
    const b = -a * SATURATED * rate
    const [dropped, kept] = builder.emit('dropout', [values[0]!], { rate, stream }) as [number, number]
    const passed = builder.emitOne('scale', [dropped], { factor: a * (1 - rate) })
    const cleared = builder.emitOne('scale', [kept], { factor: -a * SATURATED * (1 - rate) })
    const shift = builder.emitOne('fill', [], { value: a * SATURATED + b }, { shape: inputs[0]! })
    return [builder.emitOne('add', [passed, cleared, shift])]
  },
  headline: (params) => [`rate ${numberParam(params, 'rate')}`],
  samples: [
    { inputs: [[-1, 6]], params: { rate: 0.1 } },
    { inputs: [[-1, 2, 3]], params: {} },
    { inputs: [[-1, 5]], params: { rate: 0 } },
  ],
})
