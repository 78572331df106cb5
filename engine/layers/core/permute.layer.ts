import { formatShape, type Shape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import type { EffectiveParams } from '../params.ts'
import { layerError } from '../problem.ts'
import { shapeParam } from '../read-params.ts'

/** The permutation of all axes, the batch first. */
function permutationOf(shape: Shape | undefined, params: EffectiveParams): number[] {
  const dims = shapeParam(params, 'dims')
  const rank = shape?.length ?? 1
  const axes = Array.from({ length: rank - 1 }, (_, index) => index + 1)
  // Without a choice the first two axes change places.
  const chosen = dims.length > 0 ? dims : rank > 2 ? [2, 1, ...axes.slice(2)] : axes
  if (chosen.length !== axes.length || axes.some((axis) => !chosen.includes(axis)))
    throw layerError({
      code: 'layer.permutation',
      message: `${chosen.join(', ')} is no order of the axes of ${shape ? formatShape(shape) : 'nothing'}.`,
      port: 'input',
      param: 'dims',
      expected: axes.length > 0 ? `${axes.join(', ')} in any order` : 'an input with features',
      received: chosen.join(', '),
      fix: 'Name every axis once; the batch is not among them, and 1 is the first.',
    })
  return [0, ...chosen]
}

export const permute = defineLayer({
  type: 'permute',
  label: 'Permute',
  keras: 'Permute',
  category: 'core',
  icon: 'shuffle',
  summary: 'Puts the axes of each sample in another order.',
  aliases: ['transpose', 'swap axes'],
  help: 'With the order (2, 1) a sequence of $T$ steps with $F$ features becomes one of $F$ steps with $T$ features. Axes count from 1; the batch stays in front.',
  inputs: [{ name: 'input', label: 'input' }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    dims: {
      kind: 'shape',
      label: 'Order',
      help: 'Axis of the input for each axis of the output, such as 2, 1. Empty: the first two change places.',
      keras: 'dims',
      default: [],
      maxRank: 5,
      searchable: false,
    },
  },
  infer: ({ inputs, params }) => [permutationOf(inputs[0], params).map((axis) => inputs[0]![axis]!)],
  weights: () => [],
  lower: ({ builder, inputs, values, params }) => [
    builder.emitOne('transpose', [values[0]!], { permutation: permutationOf(inputs[0], params) }),
  ],
  timeDistributed: 'folds',
  headline(params) {
    const dims = shapeParam(params, 'dims')
    return [dims.length > 0 ? dims.join(', ') : '2, 1']
  },
  samples: [
    { inputs: [[-1, 3, 5]], params: {} },
    { inputs: [[-1, 2, 3, 4]], params: { dims: [3, 1, 2] } },
    { inputs: [[-1, 4, 1]], params: { dims: [2, 1] } },
  ],
})
