import type { Shape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import { rankError } from '../problem.ts'
import { numberParam } from '../read-params.ts'

function widthOf(shape: Shape | undefined): number {
  if (shape?.length === 2) return shape[1]!
  throw rankError(shape, {
    message: 'Only a vector can be repeated.',
    expected: 'N x features',
    rank: 2,
    fix: 'Put a Flatten in front, or let the recurrent layer return its last state only.',
  })
}

export const repeatVector = defineLayer({
  type: 'repeat_vector',
  label: 'RepeatVector',
  keras: 'RepeatVector',
  category: 'core',
  icon: 'copy-plus',
  summary: 'Makes a sequence out of one vector by repeating it.',
  aliases: ['tile', 'decoder'],
  help: '$N \\times F$ becomes $N \\times n \\times F$. Between the encoder and the decoder of a sequence it gives the decoder the summary at every step.',
  inputs: [{ name: 'input', label: 'vector' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    n: {
      kind: 'integer',
      label: 'Repetitions',
      help: 'Steps of the sequence.',
      keras: 'n',
      default: 10,
      min: 1,
      max: 65536,
      logarithmic: true,
      searchable: false,
    },
  },
  infer: ({ inputs, params }) => [[-1, numberParam(params, 'n'), widthOf(inputs[0])]],
  weights: () => [],
  lower({ builder, inputs, values, params }) {
    const width = widthOf(inputs[0])
    const single = builder.emitOne('reshape', [values[0]!], {}, { shape: [-1, 1, width] })
    return [builder.emitOne('broadcast', [single], {}, { shape: [-1, numberParam(params, 'n'), width] })]
  },
  headline: (params) => [`${numberParam(params, 'n')} times`],
  samples: [
    { inputs: [[-1, 3]], params: { n: 4 } },
    { inputs: [[-1, 1]], params: { n: 1 } },
    { inputs: [[-1, 5]], params: {} },
  ],
})
