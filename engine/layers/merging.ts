import { formatShape, type Shape, sameShape } from '../base/shape.ts'
import type { GraphBuilder } from '../compile/builder.ts'
import type { ValueId } from '../compile/ir.ts'
import { defineLayer, type LayerDeclaration } from './layer.ts'
import { mergesMasks } from './masks.ts'
import { layerError } from './problem.ts'

interface Merging extends Pick<LayerDeclaration, 'type' | 'label' | 'keras' | 'icon' | 'summary' | 'aliases' | 'help'> {
  /** What the card shows: `sum`, `mean`, ... */
  fact: string
  /** What is done, for messages: `... cannot be <done>`. */
  done: string
  /** Takes two inputs and no more. */
  two?: boolean
  /** Merges two or more values of one shape, in the order of the edges. */
  merge(builder: GraphBuilder, values: readonly ValueId[]): ValueId
}

/** Axes of size 1 put behind the batch until the shape has `rank` axes, as Keras does. */
function raised(shape: Shape, rank: number): Shape {
  return [shape[0]!, ...Array<number>(rank - shape.length).fill(1), ...shape.slice(1)]
}

/** The shape that all can be repeated to; undefined when two sizes along one axis differ and none is 1. */
function commonShape(shapes: readonly Shape[]): Shape | undefined {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  const all = shapes.map((shape) => raised(shape, rank))
  const common = all[0]!.map((size, axis) => (axis === 0 ? size : Math.max(...all.map((shape) => shape[axis]!))))
  return all.every((shape) => shape.every((size, axis) => size === common[axis] || (axis > 0 && size === 1)))
    ? common
    : undefined
}

/** The value repeated to a shape that it fits. */
function spread(builder: GraphBuilder, value: ValueId, shape: Shape): ValueId {
  const own = builder.shapeOf(value)
  const ranked =
    own.length === shape.length ? value : builder.emitOne('reshape', [value], {}, { shape: raised(own, shape.length) })
  return sameShape(builder.shapeOf(ranked), shape) ? ranked : builder.emitOne('broadcast', [ranked], {}, { shape })
}

/** A layer without parameters that merges its inputs element by element, repeated along axes of size 1 where shapes differ. */
export function mergingLayer({ fact, done, two, merge, help, ...rest }: Merging): LayerDeclaration {
  const samples: LayerDeclaration['samples'] = [
    {
      inputs: [
        [-1, 4],
        [-1, 4],
      ],
      params: {},
    },
    { inputs: Array(two ? 2 : 3).fill([-1, 2, 3]), params: {} },
    {
      inputs: [
        [-1, 3, 2, 5],
        [-1, 1, 1, 5],
      ],
      params: {},
    },
    {
      inputs: [
        [-1, 3],
        [-1, 4, 1],
      ],
      params: {},
    },
  ]
  return defineLayer({
    ...rest,
    help: `${help} An axis of size 1 is repeated to the size that the others have, as in NumPy; missing axes are put behind the batch.`,
    category: 'merge',
    inputs: [{ name: 'inputs', label: 'inputs', variadic: true, min: 2 }],
    outputs: [{ name: 'output', label: 'output' }],
    params: {},
    infer({ inputs }) {
      if (two && inputs.length !== 2)
        throw layerError({
          code: 'layer.inputs',
          message: `${rest.label} takes exactly two inputs.`,
          port: 'inputs',
          expected: '2 connections',
          received: String(inputs.length),
          fix: 'Remove a connection, or add the inputs up before.',
        })
      const shape = commonShape(inputs)
      if (shape) return [shape]
      const first = inputs[0]!
      const other = inputs.find((candidate) => !commonShape([first, candidate])) ?? inputs.at(-1)!
      throw layerError({
        code: 'graph.shape-mismatch',
        message: `${formatShape(first)} and ${formatShape(other)} cannot be ${done}: they differ along an axis where neither is 1.`,
        port: 'inputs',
        expected: formatShape(first),
        received: formatShape(other),
        fix: 'Bring both inputs to one shape, with a Dense of as many units.',
      })
    },
    weights: () => [],
    mask: mergesMasks,
    lower({ builder, inputs, values }) {
      const shape = commonShape(inputs)!
      return [
        merge(
          builder,
          values.map((value) => spread(builder, value, shape)),
        ),
      ]
    },
    headline: () => [fact],
    samples,
  })
}

/** A merge of any number of values by an op of two: the first with the second, the result with the third, and so on. */
export function pairwise(op: string): Merging['merge'] {
  return (builder, values) => values.reduce((merged, value) => builder.emitOne(op, [merged, value]))
}
