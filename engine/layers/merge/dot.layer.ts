import { formatShape, type Shape } from '../../base/shape.ts'
import type { GraphBuilder } from '../../compile/builder.ts'
import type { ValueId } from '../../compile/ir.ts'
import { defineLayer, type ShapeContext } from '../layer.ts'
import { consumesMask } from '../masks.ts'
import { layerError } from '../problem.ts'
import { booleanParam, numberParam } from '../read-params.ts'

const axisHelp = 'Axis that is summed over, counted with the batch as 0; -1 is the last.'

const axis = (label: string, keras?: string) =>
  ({
    kind: 'integer',
    label,
    help: axisHelp,
    ...(keras === undefined ? {} : { keras }),
    default: -1,
    min: -5,
    max: 5,
    searchable: false,
  }) as const

/** One input as rows x depth: its axes but for the one that is summed over, and that. */
interface Side {
  axis: number
  rest: Shape
  depth: number
}

function sidesOf({ inputs, params }: ShapeContext): [Side, Side] {
  if (inputs.length !== 2)
    throw layerError({
      code: 'layer.inputs',
      message: 'Dot takes exactly two inputs.',
      port: 'inputs',
      expected: '2 connections',
      received: String(inputs.length),
      fix: 'Remove a connection, or add one.',
    })
  const sides = inputs.map((shape, index): Side => {
    const param = index === 0 ? 'axis' : 'secondAxis'
    const given = numberParam(params, param)
    const position = given < 0 ? shape.length + given : given
    if (position < 1 || position >= shape.length)
      throw layerError({
        code: 'layer.axis',
        message: `Axis ${given} is not a feature axis of ${formatShape(shape)}.`,
        param,
        expected: `1 to ${shape.length - 1}, or -${shape.length - 1} to -1`,
        received: String(given),
        fix: 'Use -1, the last axis. Axis 0 is the batch.',
      })
    const rest = shape.filter((_, other) => other > 0 && other !== position)
    return { axis: position, rest, depth: shape[position]! }
  })
  const [a, b] = sides as [Side, Side]
  if (a.depth !== b.depth)
    throw layerError({
      code: 'graph.shape-mismatch',
      message: `The summed axes have ${a.depth} and ${b.depth} elements.`,
      port: 'inputs',
      expected: String(a.depth),
      received: String(b.depth),
      fix: 'Choose axes of one size, or bring them to one size with a Dense.',
    })
  return [a, b]
}

const count = (shape: Shape): number => shape.reduce((product, size) => product * size, 1)

/** The input as [N, rest, depth], of unit length along the depth when normalised. */
function rowsOf(builder: GraphBuilder, value: ValueId, side: Side, normalize: boolean): ValueId {
  const shape = builder.shapeOf(value)
  const order = [...shape.keys()].filter((other) => other !== side.axis)
  const moved =
    side.axis === shape.length - 1
      ? value
      : builder.emitOne('transpose', [value], { permutation: [...order, side.axis] })
  const rows = builder.emitOne('reshape', [moved], {}, { shape: [-1, count(side.rest), side.depth] })
  return normalize ? builder.emitOne('l2_normalize', [rows]) : rows
}

export const dot = defineLayer({
  type: 'dot',
  label: 'Dot',
  keras: 'Dot',
  category: 'merge',
  icon: 'dot',
  summary: 'Multiplies its two inputs and sums along one axis of each.',
  aliases: ['matmul', 'cosine similarity'],
  help: 'The scalar product of all pairs of vectors along the chosen axes: $N \\times 3 \\times 5$ and $N \\times 4 \\times 5$ over the last axes give $N \\times 3 \\times 4$. With "normalise" it is the cosine of the angle between them.',
  inputs: [{ name: 'inputs', label: 'inputs', variadic: true, min: 2 }],
  outputs: [{ name: 'output', label: 'output' }],
  params: {
    axis: axis('Axis', 'axes'),
    secondAxis: axis('Second axis'),
    normalize: {
      kind: 'boolean',
      label: 'Normalise',
      help: 'Divides both by their length along the axis before.',
      keras: 'normalize',
      default: false,
    },
  },
  infer(context) {
    const [a, b] = sidesOf(context)
    const rest = [...a.rest, ...b.rest]
    return [[-1, ...(rest.length > 0 ? rest : [1])]]
  },
  weights: () => [],
  mask: consumesMask,
  lower(context) {
    const { builder, values, params } = context
    const [a, b] = sidesOf(context)
    const normalize = booleanParam(params, 'normalize')
    const rows = [rowsOf(builder, values[0]!, a, normalize), rowsOf(builder, values[1]!, b, normalize)]
    const product = builder.emitOne('batch_matmul', rows, { transposeB: true })
    const rest = [...a.rest, ...b.rest]
    return [builder.emitOne('reshape', [product], {}, { shape: [-1, ...(rest.length > 0 ? rest : [1])] })]
  },
  headline: (params) => [booleanParam(params, 'normalize') ? 'cosine' : 'dot product'],
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
        [-1, 3, 5],
        [-1, 4, 3],
      ],
      params: { axis: 1, secondAxis: 2, normalize: true },
    },
    {
      inputs: [
        [-1, 2, 3],
        [-1, 3],
      ],
      params: {},
    },
  ],
})
