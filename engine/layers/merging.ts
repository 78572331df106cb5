import { formatShape, sameShape } from '../base/shape.ts'
import type { GraphBuilder } from '../compile/builder.ts'
import type { ValueId } from '../compile/ir.ts'
import { defineLayer, type LayerDeclaration } from './layer.ts'
import { mergesMasks } from './masks.ts'
import { layerError } from './problem.ts'

interface Merging extends Pick<LayerDeclaration, 'type' | 'label' | 'keras' | 'icon' | 'summary' | 'help'> {
  /** What the card shows: `sum`, `mean`, ... */
  fact: string
  /** What is done, for messages: `Only equal shapes can be <done>`. */
  done: string
  /** Takes two inputs and no more. */
  two?: boolean
  /** Merges two or more values of one shape, in the order of the edges. */
  merge(builder: GraphBuilder, values: readonly ValueId[]): ValueId
}

/** A layer without parameters that merges inputs of one shape element by element. */
export function mergingLayer({ fact, done, two, merge, ...rest }: Merging): LayerDeclaration {
  const samples: LayerDeclaration['samples'] = [
    {
      inputs: [
        [-1, 4],
        [-1, 4],
      ],
      params: {},
    },
    { inputs: Array(two ? 2 : 3).fill([-1, 2, 3]), params: {} },
  ]
  return defineLayer({
    ...rest,
    category: 'merge',
    inputs: [{ name: 'inputs', label: 'inputs', variadic: true, min: 2 }],
    outputs: [{ name: 'output', label: 'output' }],
    params: {},
    infer({ inputs }) {
      const first = inputs[0]!
      if (two && inputs.length !== 2)
        throw layerError({
          code: 'layer.inputs',
          message: `${rest.label} takes exactly two inputs.`,
          port: 'inputs',
          expected: '2 connections',
          received: String(inputs.length),
          fix: 'Remove a connection, or add the inputs up before.',
        })
      const other = inputs.find((shape) => !sameShape(shape, first))
      if (other)
        throw layerError({
          code: 'graph.shape-mismatch',
          message: `Only equal shapes can be ${done}, not ${formatShape(first)} and ${formatShape(other)}.`,
          port: 'inputs',
          expected: formatShape(first),
          received: formatShape(other),
          fix: 'Bring both inputs to one shape, with a Dense of as many units.',
        })
      return [first]
    },
    weights: () => [],
    mask: mergesMasks,
    lower: ({ builder, values }) => [merge(builder, values)],
    headline: () => [fact],
    samples,
  })
}

/** A merge of any number of values by an op of two: the first with the second, the result with the third, and so on. */
export function pairwise(op: string): Merging['merge'] {
  return (builder, values) => values.reduce((merged, value) => builder.emitOne(op, [merged, value]))
}
