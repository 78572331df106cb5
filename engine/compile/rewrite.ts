import { findOp } from '../ops/registry.ts'
import type { IrGraph, IrNode, ValueId } from './ir.ts'

/** How often each value is read, by nodes, as an output or as the loss. */
export function countUses(graph: IrGraph): Map<ValueId, number> {
  const uses = new Map<ValueId, number>()
  const count = (id: ValueId) => uses.set(id, (uses.get(id) ?? 0) + 1)
  for (const node of graph.nodes) for (const input of node.inputs) if (input !== null) count(input)
  for (const output of graph.outputs) count(output.value)
  if (graph.loss !== undefined) count(graph.loss)
  return uses
}

/** The node that computes each temporary. */
export function producers(graph: IrGraph): Map<ValueId, IrNode> {
  const made = new Map<ValueId, IrNode>()
  for (const node of graph.nodes) for (const output of node.outputs) made.set(output, node)
  return made
}

/** The graph with nodes that no output, loss or effect needs taken out, and values that nothing mentions. */
export function removeDeadCode(graph: IrGraph): IrGraph {
  const live = new Set(graph.outputs.map((output) => output.value))
  if (graph.loss !== undefined) live.add(graph.loss)
  const kept: IrNode[] = []
  for (let index = graph.nodes.length - 1; index >= 0; index -= 1) {
    const node = graph.nodes[index] as IrNode
    if (!findOp(node.op).effect && !node.outputs.some((output) => live.has(output))) continue
    kept.push(node)
    for (const input of node.inputs) if (input !== null) live.add(input)
  }
  kept.reverse()
  const mentioned = new Set(live)
  for (const node of kept) for (const output of node.outputs) mentioned.add(output)
  const values = new Map([...graph.values].filter(([id]) => mentioned.has(id)))
  return { ...graph, nodes: kept, values }
}

/** The graph with other nodes, its outputs and loss read from where `replacements` say. */
export function withNodes(
  graph: IrGraph,
  nodes: readonly IrNode[],
  replacements: ReadonlyMap<ValueId, ValueId> = new Map(),
): IrGraph {
  const final = (id: ValueId): ValueId => replacements.get(id) ?? id
  const outputs = graph.outputs.map((output) => ({ ...output, value: final(output.value) }))
  const rewritten: IrGraph = { ...graph, nodes, outputs }
  return graph.loss === undefined ? rewritten : { ...rewritten, loss: final(graph.loss) }
}
