import { findOp } from '../ops/registry.ts'
import type { IrGraph, IrValue, ValueId } from './ir.ts'

/**
 * For each value the value whose storage it lies on: itself, what it is a reshape of, or what it overwrites in place. A root that is a feed
 * or a temporary lies in the arena.
 */
export function storageRoots(graph: IrGraph): Map<ValueId, ValueId> {
  const roots = new Map<ValueId, ValueId>()
  for (const [id, value] of graph.values) if (value.role !== 'temporary') roots.set(id, id)
  for (const node of graph.nodes) {
    for (const output of node.outputs) roots.set(output, output)
    const op = findOp(node.op)
    if (op.alias) roots.set(node.outputs[0] as ValueId, roots.get(node.inputs[0] as ValueId) as ValueId)
    for (const [output, input] of op.inPlace?.(node.inputs.length, node.attributes) ?? [])
      roots.set(node.outputs[output] as ValueId, roots.get(node.inputs[input] as ValueId) as ValueId)
  }
  return roots
}

/** True when the value's own storage, were it a root, is part of the arena. */
export function inArena(value: IrValue): boolean {
  return value.role === 'temporary' || value.role === 'feed'
}
