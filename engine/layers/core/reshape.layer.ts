import type { Shape } from '../../base/shape.ts'
import { formatShape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { layerError } from '../problem.ts'
import { shapeParam } from '../read-params.ts'
import { sampleSize } from '../shapes.ts'

function targetOf(input: Shape, params: EffectiveParams): Shape {
  const target = shapeParam(params, 'targetShape')
  const size = sampleSize(input)
  const known = target.reduce((product, dimension) => (dimension === -1 ? product : product * dimension), 1)
  const fits = target.includes(-1) ? size % known === 0 : size === known
  if (!fits)
    throw layerError({
      code: 'layer.reshape',
      message: `${formatShape(input)} cannot be laid out as ${target.join(' x ')}.`,
      port: 'input',
      param: 'targetShape',
      expected: target.includes(-1) ? `a multiple of ${known} elements a sample` : `${known} elements a sample`,
      received: `${size} elements a sample`,
      fix: `Give a target shape with ${size} elements; one dimension may be -1.`,
    })
  return [-1, ...target.map((dimension) => (dimension === -1 ? size / known : dimension))]
}

export const reshape = defineLayer({
  type: 'reshape',
  label: 'Reshape',
  keras: 'Reshape',
  category: 'core',
  icon: 'grid-2x2',
  summary: 'Gives each sample another shape with as many elements.',
  aliases: ['view', 'squeeze', 'expand dims'],
  help: 'Reads the elements of a sample in order, the last axis running fastest, and lays them out anew. One dimension may be -1: it takes what is left.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    targetShape: {
      kind: 'shape',
      label: 'Target shape',
      help: 'Dimensions of one sample without the batch.',
      keras: 'target_shape',
      default: [-1],
      maxRank: 5,
      searchable: false,
    },
  },
  infer: ({ inputs, params }) => [targetOf(inputs[0]!, params)],
  weights: () => [],
  lower({ builder, values, params }) {
    const shape = targetOf(builder.shapeOf(values[0]!), params)
    return [builder.emitOne('reshape', [values[0]!], {}, { shape })]
  },
  timeDistributed: 'folds',
  headline: (params) => [`to ${formatShape(shapeParam(params, 'targetShape')).replace('N', '?')}`],
  samples: [
    { inputs: [[-1, 12]], params: { targetShape: [3, -1] } },
    { inputs: [[-1, 2, 6]], params: { targetShape: [4, 3] } },
  ],
})
