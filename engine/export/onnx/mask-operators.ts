import type { OnnxGraph } from './graph.ts'
import type { OperatorMapping } from './operators.ts'
import { DataType } from './schema.ts'

/** The booleans of a mask, with so many axes of size 1 behind. */
export function booleans(graph: OnnxGraph, mask: string, maskRank: number, rank: number): string {
  const marked = graph.add('Greater', [mask, graph.scalar(0.5)])
  if (rank === maskRank) return marked
  const axes = Array.from({ length: rank - maskRank }, (_, index) => maskRank + index)
  return graph.add('Unsqueeze', [marked, graph.integers('axes', axes)])
}

/** The mappings of the ops that make and use masks. */
export const maskOperators: Readonly<Record<string, OperatorMapping>> = {
  any_not_equal: ({ graph, inputs, attributes }) => {
    const equal = graph.add('Equal', [inputs[0]!, graph.scalar(Number(attributes.value))])
    const different = graph.add('Cast', [graph.add('Not', [equal])], { to: DataType.float })
    return graph.add('ReduceMax', [different], { axes: [-1], keepdims: 0 })
  },
  apply_mask: ({ graph, inputs, inputShapes }) => {
    const marked = booleans(graph, inputs[1]!, inputShapes[1]!.length, inputShapes[0]!.length)
    return graph.add('Where', [marked, inputs[0]!, graph.scalar(0)])
  },
  masked_mean: ({ graph, inputs, inputShapes }) => {
    const [x, mask] = inputs
    if (!mask) return graph.add('ReduceMean', [x!], { axes: [1], keepdims: 0 })
    const marked = booleans(graph, mask, 2, inputShapes[0]!.length)
    const axes = graph.integers('axes', [1])
    const sum = graph.add('ReduceSum', [graph.add('Where', [marked, x!, graph.scalar(0)]), axes], { keepdims: 0 })
    const count = graph.add('ReduceSum', [graph.add('Cast', [marked], { to: DataType.float }), axes], { keepdims: 0 })
    return graph.add('Div', [sum, graph.add('Max', [count, graph.scalar(1)])])
  },
}
