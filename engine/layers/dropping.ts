import type { LayerDeclaration, LayerProblem } from './layer.ts'
import { defineLayer } from './layer.ts'
import { passesMask } from './masks.ts'
import type { EffectiveParams, ParamSpec } from './params.ts'
import { numberParam } from './read-params.ts'
import { inputNames, type SpatialRank, spaceOf } from './windows.ts'

/** From here on dropout usually stops learning altogether. */
const HIGH_RATE = 0.8

/** Keras' `rate` of the layers that drop at random. */
export function rateParam(help: string): ParamSpec {
  return {
    kind: 'number',
    label: 'Rate',
    help,
    keras: 'rate',
    default: 0.5,
    min: 0,
    max: 1,
    exclusiveMax: true,
  }
}

/** The advice against a rate that leaves hardly anything. */
export function adviseRate(params: EffectiveParams, dropped: string): LayerProblem[] {
  const rate = numberParam(params, 'rate')
  if (rate < HIGH_RATE) return []
  return [
    {
      code: 'advice.dropout-rate',
      message: `A rate of ${rate} leaves one ${dropped} in ${Math.round(1 / (1 - rate))}: hardly anything gets through to learn from.`,
      param: 'rate',
      expected: '0.1 to 0.5 as a rule',
      received: String(rate),
      fix: 'Lower the rate.',
    },
  ]
}

const samples: Readonly<Record<SpatialRank, LayerDeclaration['samples']>> = {
  1: [
    { inputs: [[-1, 3, 4]], params: {} },
    { inputs: [[-1, 1, 5]], params: { rate: 0.2 } },
    { inputs: [[-1, 4, 3]], params: { rate: 0 } },
  ],
  2: [
    { inputs: [[-1, 2, 3, 4]], params: {} },
    { inputs: [[-1, 1, 3, 5]], params: { rate: 0.2 } },
    { inputs: [[-1, 2, 2, 3]], params: { rate: 0 } },
  ],
  3: [
    { inputs: [[-1, 2, 1, 3, 4]], params: {} },
    { inputs: [[-1, 1, 2, 2, 5]], params: { rate: 0.2 } },
    { inputs: [[-1, 2, 2, 2, 3]], params: { rate: 0 } },
  ],
}

/** Dropout of whole channels of sequences, images or volumes (Tompson et al. 2015). */
export function spatialDropout(about: { rank: SpatialRank; icon: string }): LayerDeclaration {
  const { rank, icon } = about
  const keras = `SpatialDropout${rank}D`
  return defineLayer({
    type: `spatial_dropout${rank}d`,
    label: keras,
    keras,
    category: 'regularization',
    icon,
    summary: `Sets random channels of ${inputNames[rank]} to zero while training.`,
    help: 'While training each channel of a sample is kept as a whole with probability $1 - rate$ and then scaled by $1 / (1 - rate)$; in evaluation and prediction nothing happens. Where neighbours are alike, as behind convolutions, dropping single numbers does little: this drops what they share.',
    inputs: [{ name: 'input', label: inputNames[rank] }],
    outputs: [{ name: 'output', label: 'output' }],
    params: { rate: rateParam('Fraction of channels set to zero.') },
    infer({ inputs }) {
      spaceOf(rank, inputs[0])
      return [inputs[0]!]
    },
    advise: ({ params }) => adviseRate(params, 'channel'),
    weights: () => [],
    mask: passesMask,
    lower({ builder, inputs, values, params, training, stream }) {
      const rate = numberParam(params, 'rate')
      if (!training || rate === 0) return [values[0]!]
      const { channels } = spaceOf(rank, inputs[0])
      const ones = builder.emitOne('fill', [], { value: 1 }, { shape: [-1, channels] })
      const kept = builder.emit('dropout', [ones], { rate, stream })[0]!
      return [builder.emitOne('scale_channels', [values[0]!, kept])]
    },
    headline: (params) => [`rate ${numberParam(params, 'rate')}`],
    samples: samples[rank],
  })
}
