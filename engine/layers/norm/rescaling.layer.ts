import { defineLayer } from '../layer.ts'
import { passesMask } from '../masks.ts'
import { numberParam } from '../read-params.ts'

export const rescaling = defineLayer({
  type: 'rescaling',
  label: 'Rescaling',
  keras: 'Rescaling',
  category: 'normalization',
  icon: 'scaling',
  summary: 'Multiplies its input by one number and adds another.',
  aliases: ['scale', 'lambda'],
  help: 'Computes $y = scale \\cdot x + offset$ with numbers that stay as they are: nothing is learned. A scale of $1 / 255$ brings pixels from 0 to 255 into 0 to 1, as data that come raw need it.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    scale: {
      kind: 'number',
      label: 'Scale',
      help: 'The number that everything is multiplied by.',
      keras: 'scale',
      default: 1,
      min: -1e6,
      max: 1e6,
      searchable: false,
    },
    offset: {
      kind: 'number',
      label: 'Offset',
      help: 'The number that is added afterwards.',
      keras: 'offset',
      default: 0,
      min: -1e6,
      max: 1e6,
      searchable: false,
    },
  },
  infer: ({ inputs }) => [inputs[0]!],
  advise({ params }) {
    if (numberParam(params, 'scale') !== 0) return []
    return [
      {
        code: 'advice.scale-zero',
        message: 'A scale of 0 forgets the input.',
        param: 'scale',
        expected: 'a number other than 0',
        received: '0',
        fix: 'Set the scale, to 1 if the input shall stay as it is.',
      },
    ]
  },
  weights: () => [],
  mask: passesMask,
  lower({ builder, values, inputs, params }) {
    const factor = numberParam(params, 'scale')
    const offset = numberParam(params, 'offset')
    const scaled = factor === 1 ? values[0]! : builder.emitOne('scale', [values[0]!], { factor })
    if (offset === 0) return [scaled]
    const constant = builder.emitOne('fill', [], { value: offset }, { shape: inputs[0]! })
    return [builder.emitOne('add', [scaled, constant])]
  },
  headline: (params) => [`scale ${numberParam(params, 'scale')}`, `offset ${numberParam(params, 'offset')}`],
  samples: [
    { inputs: [[-1, 4]], params: { scale: 0.5, offset: -1 } },
    { inputs: [[-1, 2, 3]], params: { scale: -2 } },
    { inputs: [[-1, 5]], params: { offset: 3 } },
    { inputs: [[-1, 4]], params: {} },
  ],
})
