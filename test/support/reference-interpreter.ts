import { concreteShape } from '../../engine/base/shape.ts'
import type { IrGraph, IrNode, IrValue, ValueId } from '../../engine/compile/ir.ts'
import { storageRoots } from '../../engine/compile/storage.ts'
import { foldOf } from '../../engine/ops/fold.ts'
import type { ReferenceContext, ReferenceTensor } from '../../engine/ops/op.ts'
import { references } from '../../engine/ops/reference/generated/registry.ts'
import { findOp } from '../../engine/ops/registry.ts'

export type Values = Map<ValueId, ReferenceTensor>

export const defaultContext: ReferenceContext = {
  n: 1,
  seed: 1,
  iteration: 0,
  learningRate: 0.1,
  accumulators: new Float64Array(0),
}

function shapesOf(graph: IrGraph, node: IrNode, n: number): number[][] {
  return node.outputs.map((output) => concreteShape((graph.values.get(output) as IrValue).shape, n))
}

/**
 * Runs a graph node by node with the float64 references. `given` holds feeds and persistent values; returned are those and all temporaries.
 * `furtherRates` are the learning rates after the first, where a step has more. What an op overwrites in place is replaced under the id of the value whose storage it is, too.
 */
export function interpret(
  graph: IrGraph,
  given: Values,
  context: Partial<ReferenceContext> & { furtherRates?: readonly number[] } = {},
): Values {
  const complete = { ...defaultContext, ...context }
  const values: Values = new Map(given)
  const roots = storageRoots(graph)
  for (const value of graph.values.values())
    if (value.role === 'constant')
      values.set(value.id, { shape: [...value.shape], data: Float64Array.from(value.literal ?? []) })
  const every = graph.updateEvery ?? 1
  for (const node of graph.nodes) {
    const update = findOp(node.op).update === true
    if (update && (complete.iteration + 1) % every !== 0) {
      // Left out: what it would overwrite stays.
      for (const [index, output] of node.outputs.entries())
        values.set(output, values.get(node.inputs[index] as ValueId) as ReferenceTensor)
      continue
    }
    const rated = node.rate ? { ...complete, learningRate: complete.furtherRates?.[node.rate - 1] as number } : complete
    const counted = update ? { ...rated, iteration: Math.floor(complete.iteration / every) } : rated
    const reference = references[node.op]
    if (!reference) throw new Error(`${node.op} has no reference`)
    const inputs = node.inputs.map((input) => {
      if (input === null) return null
      const value = values.get(input)
      if (!value) throw new Error(`${node.op} reads %${input}, which has no value`)
      return value
    })
    const fold = foldOf(
      [...node.inputs, ...node.outputs].map((id) => (id === null ? null : graph.values.get(id)?.shape)),
    )
    const folded = { ...counted, n: complete.n * fold }
    const results = reference(inputs, node.attributes, shapesOf(graph, node, complete.n), folded)
    for (const [index, output] of node.outputs.entries()) values.set(output, results[index] as ReferenceTensor)
    for (const output of node.outputs) {
      const root = roots.get(output) as ValueId
      if (root !== output && !findOp(node.op).alias) values.set(root, values.get(output) as ReferenceTensor)
    }
  }
  return values
}
