import { formatShape, sameShape } from '../../base/shape.ts'
import { defineLayer } from '../layer.ts'
import { mergesMasks } from '../masks.ts'
import { layerError } from '../problem.ts'

export const add = defineLayer({
  type: 'add',
  label: 'Add',
  keras: 'Add',
  category: 'merge',
  icon: 'plus',
  summary: 'Adds its inputs element by element.',
  help: 'Computes $y = \\sum_i x_i$ of two or more inputs with equal shapes; the residual connections of deep networks are built from it.',
  inputs: [{ name: 'inputs', label: 'inputs', variadic: true, min: 2 }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {},
  infer({ inputs }) {
    const first = inputs[0]!
    const other = inputs.find((shape) => !sameShape(shape, first))
    if (other)
      throw layerError({
        code: 'graph.shape-mismatch',
        message: `Only equal shapes can be added, not ${formatShape(first)} and ${formatShape(other)}.`,
        port: 'inputs',
        expected: formatShape(first),
        received: formatShape(other),
        fix: 'Bring both inputs to one shape, with a Dense of as many units.',
      })
    return [first]
  },
  weights: () => [],
  mask: mergesMasks,
  lower: ({ builder, values }) => [builder.emitOne('add', values)],
  headline: () => ['sum'],
  samples: [
    {
      inputs: [
        [-1, 4],
        [-1, 4],
      ],
      params: {},
    },
    {
      inputs: [
        [-1, 2, 3],
        [-1, 2, 3],
        [-1, 2, 3],
      ],
      params: {},
    },
  ],
})
