import { booleans } from './mask-operators.ts'
import type { OperatorContext, OperatorMapping } from './operators.ts'

/** What stands for scores that do not count. */
const MASKED = -1e30

/** [N, steps, heads * depth] as [N, heads, steps, depth], or [N, heads, depth, steps]. */
function byHead(
  { graph }: OperatorContext,
  x: string,
  shape: readonly number[],
  heads: number,
  turned: boolean,
): string {
  const [, steps, features] = shape as [number, number, number]
  const split = graph.add('Reshape', [x, graph.integers('shape', [-1, steps, heads, features / heads])])
  return graph.add('Transpose', [split], { perm: turned ? [0, 2, 3, 1] : [0, 2, 1, 3] })
}

/** 1 where a query sees a key, as something that broadcasts to [N, heads, queries, keys]; null when each sees all. */
function seen({ graph, inputs, inputShapes, attributes }: OperatorContext): string | null {
  const [, queries] = inputShapes[0] as readonly [number, number]
  const [, keys] = inputShapes[1] as readonly [number, number]
  const mask = inputs[3] ? graph.add('Unsqueeze', [inputs[3], graph.integers('axes', [1, 2])]) : null
  if (attributes.causal !== true) return mask
  const earlier = Array.from({ length: queries * keys }, (_, i) => (i % keys > Math.floor(i / keys) ? 0 : 1))
  const causal = graph.floats('earlier', [1, 1, queries, keys], earlier)
  return mask === null ? causal : graph.add('Mul', [mask, causal])
}

/** The mappings of the ops of attention, and of matrices for each sample. */
export const attentionOperators: Readonly<Record<string, OperatorMapping>> = {
  attention: (context) => {
    const { graph, inputs, inputShapes, outputShape, attributes } = context
    const heads = Number(attributes.heads)
    const [q, k, v] = [0, 1, 2].map((index) =>
      byHead(context, inputs[index]!, inputShapes[index]!, heads, index === 1),
    ) as [string, string, string]
    let scores = graph.add('Mul', [graph.add('MatMul', [q, k]), graph.scalar(Number(attributes.scale))])
    const visible = seen(context)
    const marked = visible === null ? null : booleans(graph, visible, 4, 4)
    if (marked !== null) scores = graph.add('Where', [marked, scores, graph.scalar(MASKED)])
    let weights = graph.add('Softmax', [scores], { axis: -1 })
    // A query that sees no key would see all of them alike.
    if (marked !== null) weights = graph.add('Where', [marked, weights, graph.scalar(0)])
    const heard = graph.add('Transpose', [graph.add('MatMul', [weights, v])], { perm: [0, 2, 1, 3] })
    return graph.add('Reshape', [heard, graph.integers('shape', [-1, ...outputShape.slice(1)])])
  },
  transpose: ({ graph, inputs, attributes }) =>
    graph.add('Transpose', [inputs[0]!], { perm: attributes.permutation as readonly number[] }),
  batch_matmul: ({ graph, inputs, attributes }) => {
    const operand = (index: 0 | 1, turned: unknown): string =>
      turned === true ? graph.add('Transpose', [inputs[index]!], { perm: [0, 2, 1] }) : inputs[index]!
    return graph.add('MatMul', [operand(0, attributes.transposeA), operand(1, attributes.transposeB)])
  },
  l2_normalize: ({ graph, inputs }) => {
    const norm = graph.add('ReduceL2', [inputs[0]!], { axes: [-1], keepdims: 1 })
    return graph.add('Div', [inputs[0]!, graph.add('Max', [norm, graph.scalar(1e-7)])])
  },
}
