import type { Shape } from '../base/shape.ts'
import type { GraphBuilder } from '../compile/builder.ts'
import type { ValueId } from '../compile/ir.ts'
import type { LayerDeclaration } from './layer.ts'
import { defineLayer } from './layer.ts'
import type { EffectiveParams, ParamSpecs } from './params.ts'
import { layerError } from './problem.ts'
import { numberParam } from './read-params.ts'
import { inputNames, integerParam, type SpatialRank, spaceOf } from './windows.ts'

interface About {
  type: string
  /** Class in Keras, and label. */
  keras: string
  icon: string
  rank: SpatialRank
  summary: string
  help: string
}

/** One end of an axis: its parameter, what lies there, and where that is. */
interface Side {
  name: string
  what: string
  where: string
}

const side = (name: string, what: string, where: string): Side => ({ name, what, where })
const rows = [side('top', 'Rows', 'above'), side('bottom', 'Rows', 'below')] as const
const columns = [side('left', 'Columns', 'at the left'), side('right', 'Columns', 'at the right')] as const
const planes = [side('front', 'Planes', 'in front'), side('back', 'Planes', 'behind')] as const
const steps = [side('before', 'Steps', 'before the first'), side('after', 'Steps', 'after the last')] as const

/** Both ends of every axis, in the order of the axes. */
const sides: Readonly<Record<SpatialRank, readonly (readonly [Side, Side])[]>> = {
  1: [steps],
  2: [rows, columns],
  3: [planes, rows, columns],
}

function sideParams(rank: SpatialRank, keras: string, verb: string, initial = 1): ParamSpecs {
  const specs = sides[rank].flat().map(({ name, what, where }) => {
    const label = name.charAt(0).toUpperCase() + name.slice(1)
    return [name, integerParam(label, `${what} ${verb} ${where}.`, keras, initial, 0)] as const
  })
  return Object.fromEntries(specs)
}

function headline(rank: SpatialRank): (params: EffectiveParams) => string[] {
  return (params) => [
    sides[rank]
      .flat()
      .map(({ name }) => numberParam(params, name))
      .join(', '),
  ]
}

/** Runs `op` (slice or pad_slice) along one axis after the other, until the value has the target's shape. */
function alongAxes(
  builder: GraphBuilder,
  op: 'slice' | 'pad_slice',
  value: ValueId,
  target: Shape,
  begins: readonly number[],
): ValueId {
  return begins.reduce((current, begin, index) => {
    const axis = index + 1
    const shape = builder.shapeOf(current).map((size, at) => (at === axis ? (target[at] as number) : size))
    return builder.emitOne(op, [current], { axis, begin }, { shape })
  }, value)
}

const begins = (rank: SpatialRank, params: EffectiveParams) =>
  sides[rank].map(([first]) => numberParam(params, first.name))

/** A layer that puts zeros around sequences, images or volumes. */
export function zeroPadding({ rank, keras, ...about }: About): LayerDeclaration {
  const paddedShape = (input: Shape | undefined, params: EffectiveParams): Shape => {
    const { lengths, channels } = spaceOf(rank, input)
    const padded = lengths.map((length, axis) =>
      sides[rank][axis]!.reduce((size, { name }) => size + numberParam(params, name), length),
    )
    return [-1, ...padded, channels]
  }
  return defineLayer({
    ...about,
    label: keras,
    keras,
    category: 'convolution',
    inputs: [{ name: 'input', label: inputNames[rank] }],
    outputs: [{ name: 'output', label: 'output' }],
    params: sideParams(rank, 'padding', 'of zeros'),
    infer: ({ inputs, params }) => [paddedShape(inputs[0], params)],
    weights: () => [],
    lower: ({ builder, inputs, values, params }) => [
      alongAxes(builder, 'pad_slice', values[0]!, paddedShape(inputs[0], params), begins(rank, params)),
    ],
    headline: headline(rank),
    samples: samples[rank].padding,
  })
}

/** A layer that cuts the border of sequences, images or volumes off. */
export function cropping({ rank, keras, ...about }: About): LayerDeclaration {
  const croppedShape = (input: Shape | undefined, params: EffectiveParams): Shape => {
    const { lengths, channels } = spaceOf(rank, input)
    const left = lengths.map((length, axis) => {
      const [first, last] = sides[rank][axis]!
      const rest = length - numberParam(params, first.name) - numberParam(params, last.name)
      if (rest >= 1) return rest
      throw layerError({
        code: 'layer.cropping',
        message: 'Nothing of the input would be left.',
        port: 'input',
        param: first.name,
        expected: `${first.name} and ${last.name} together below ${length}`,
        received: String(length - rest),
        fix: `Set ${first.name} and ${last.name} to less than ${length} together.`,
      })
    })
    return [-1, ...left, channels]
  }
  return defineLayer({
    ...about,
    label: keras,
    keras,
    category: 'convolution',
    inputs: [{ name: 'input', label: inputNames[rank] }],
    outputs: [{ name: 'output', label: 'output' }],
    // Keras cuts nothing off images unless told to, but one step or voxel off sequences and volumes.
    params: sideParams(rank, 'cropping', 'cut off', rank === 2 ? 0 : 1),
    infer: ({ inputs, params }) => [croppedShape(inputs[0], params)],
    weights: () => [],
    lower: ({ builder, inputs, values, params }) => [
      alongAxes(builder, 'slice', values[0]!, croppedShape(inputs[0], params), begins(rank, params)),
    ],
    headline: headline(rank),
    samples: samples[rank].cropping,
  })
}

type Samples = LayerDeclaration['samples']

const samples: Readonly<Record<SpatialRank, { padding: Samples; cropping: Samples }>> = {
  1: {
    padding: [
      { inputs: [[-1, 3, 2]], params: {} },
      { inputs: [[-1, 3, 2]], params: { before: 0, after: 2 } },
      { inputs: [[-1, 1, 3]], params: { before: 3, after: 0 } },
    ],
    cropping: [
      { inputs: [[-1, 4, 2]], params: {} },
      { inputs: [[-1, 3, 2]], params: { before: 0, after: 2 } },
      { inputs: [[-1, 5, 3]], params: { before: 3 } },
    ],
  },
  2: {
    padding: [
      { inputs: [[-1, 3, 2, 2]], params: {} },
      { inputs: [[-1, 3, 2, 2]], params: { top: 0, right: 2 } },
      { inputs: [[-1, 2, 2, 3]], params: { top: 3, bottom: 0, left: 0, right: 0 } },
    ],
    cropping: [
      { inputs: [[-1, 4, 5, 2]], params: { top: 1, bottom: 1, left: 1, right: 1 } },
      { inputs: [[-1, 4, 3, 2]], params: { bottom: 1, left: 1 } },
      { inputs: [[-1, 4, 4, 2]], params: { left: 1, right: 2 } },
      { inputs: [[-1, 2, 3, 1]], params: {} },
    ],
  },
  3: {
    padding: [
      { inputs: [[-1, 2, 3, 2, 2]], params: {} },
      { inputs: [[-1, 1, 2, 3, 1]], params: { front: 0, back: 2, right: 3 } },
      { inputs: [[-1, 2, 1, 2, 3]], params: { front: 2, back: 0, top: 0, bottom: 0, left: 0, right: 0 } },
    ],
    cropping: [
      { inputs: [[-1, 3, 4, 5, 2]], params: {} },
      { inputs: [[-1, 4, 3, 3, 1]], params: { front: 0, back: 2, top: 0, left: 0 } },
      { inputs: [[-1, 3, 2, 2, 3]], params: { front: 2, back: 0, top: 0, bottom: 0, left: 0, right: 1 } },
    ],
  },
}
