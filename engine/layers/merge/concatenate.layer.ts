import { formatShape } from '../../base/shape.ts'
import { defineLayer, type MaskRule } from '../layer.ts'
import { layerError } from '../problem.ts'
import { axisParam, featureAxis } from '../shapes.ts'

/** No number of a network: every step differs from it. */
const NEVER = 1e30

/** Along the steps masks are joined too; along features a step counts where it counts in any input. An input without a mask counts everywhere. */
const joinsMasks: MaskRule = {
  infer(masks, { inputs, params }) {
    const axis = featureAxis(inputs[0]!, params)
    const steps = inputs[0]!.slice(0, -1)
    const known = masks.filter((mask) => mask !== null)
    if (known.length === 0 || known.some((mask) => mask.length !== steps.length)) return [null]
    const total = inputs.reduce((sum, shape) => sum + shape[axis]!, 0)
    return [steps.map((size, index) => (index === axis ? total : size))]
  },
  lower({ builder, inputs, values, params, masks }) {
    const axis = featureAxis(inputs[0]!, params)
    const given = inputs.map((_, index) => {
      return masks?.[index] ?? builder.emitOne('any_not_equal', [values[index]!], { value: NEVER })
    })
    if (axis < inputs[0]!.length - 1) return [builder.emitOne('concatenate', given, { axis })]
    return [given.reduce((merged, mask) => builder.emitOne('maximum', [merged, mask]))]
  },
}

export const concatenate = defineLayer({
  type: 'concatenate',
  label: 'Concatenate',
  keras: 'Concatenate',
  category: 'merge',
  icon: 'between-horizontal-start',
  summary: 'Joins its inputs along one axis.',
  aliases: ['skip connection', 'join', 'stack', 'cat'],
  help: 'Lays two or more inputs side by side along the axis; all other dimensions must agree. $N \\times 3$ and $N \\times 5$ give $N \\times 8$.',
  inputs: [{ name: 'inputs', label: 'inputs', variadic: true, min: 2 }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    axis: axisParam('Axis to join along'),
  },
  infer({ inputs, params }) {
    const first = inputs[0]!
    const axis = featureAxis(first, params)
    const other = inputs.find(
      (shape) => shape.length !== first.length || shape.some((size, index) => index !== axis && size !== first[index]),
    )
    if (other)
      throw layerError({
        code: 'graph.shape-mismatch',
        message: `${formatShape(first)} and ${formatShape(other)} differ outside axis ${axis}.`,
        port: 'inputs',
        expected: `${formatShape(first)} but for axis ${axis}`,
        received: formatShape(other),
        fix: 'Bring all inputs to one shape but for the axis, with Flatten or Reshape.',
      })
    const size = inputs.reduce((sum, shape) => sum + shape[axis]!, 0)
    return [first.map((dimension, index) => (index === axis ? size : dimension))]
  },
  weights: () => [],
  mask: joinsMasks,
  lower({ builder, values, params }) {
    return [builder.emitOne('concatenate', values, { axis: featureAxis(builder.shapeOf(values[0]!), params) })]
  },
  headline: (params) => [`axis ${params.axis}`],
  samples: [
    {
      inputs: [
        [-1, 3],
        [-1, 5],
      ],
      params: {},
    },
    {
      inputs: [
        [-1, 2, 3],
        [-1, 4, 3],
        [-1, 1, 3],
      ],
      params: { axis: 1 },
    },
  ],
})
