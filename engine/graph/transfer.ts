import type { GraphDocument, GraphNode, NodeId } from './document.ts'
import { setFrozen } from './edit.ts'
import { mergePatches } from './history.ts'
import type { DocumentInference } from './infer.ts'
import { uniqueName } from './names.ts'
import { applyPatch, type Patch } from './patch.ts'
import { weightOwner } from './sharing.ts'
import { connectionsOf } from './topology.ts'

function hasWeights(inference: DocumentInference, id: NodeId): boolean {
  return (inference.nodes[id]?.weights.length ?? 0) > 0
}

/** The heads of a network: the layers with weights that nothing with weights stands behind, on the way to each Output. */
export function headsOf(document: GraphDocument, inference: DocumentInference): NodeId[] {
  const { incoming } = connectionsOf(document)
  const heads = new Set<NodeId>()
  const seen = new Set<NodeId>()
  const visit = (id: NodeId): void => {
    if (seen.has(id)) return
    seen.add(id)
    const node = document.nodes[id]
    if (!node) return
    if (hasWeights(inference, id)) heads.add(weightOwner(document, node).id)
    else for (const edges of incoming.get(id)?.values() ?? []) for (const edge of edges) visit(edge.from.node)
  }
  for (const node of Object.values(document.nodes)) if (node.type === 'output') visit(node.id)
  return [...heads]
}

/** Freezes every layer with weights but the heads, which are thawed: only they learn on top of what was learned before. */
export function freezeBase(document: GraphDocument, inference: DocumentInference): Patch {
  const heads = headsOf(document, inference)
  const base = Object.keys(document.nodes).filter((id) => hasWeights(inference, id) && !heads.includes(id))
  const frozen = setFrozen(document, base, true)
  const thawed = setFrozen(applyPatch(document, frozen), heads, false)
  return { label: 'Freeze all but the head', changes: mergePatches(frozen, thawed).changes }
}

/**
 * New heads in place of the old ones: the same layers under fresh names, so that no weights of another run are theirs, learning and with
 * weights of their own. How many units the target asks for is then a matter of validation and its repairs.
 */
export function replaceHeads(document: GraphDocument, inference: DocumentInference): Patch {
  let patch: Patch = { label: '', changes: [] }
  let current = document
  for (const id of headsOf(document, inference)) {
    const before = current.nodes[id] as GraphNode
    const { frozen: _, weightsFrom: __, ...rest } = before
    const after = { ...rest, name: uniqueName(current, 'head') }
    const change: Patch = { label: '', changes: [{ kind: 'node', id, before, after }] }
    current = applyPatch(current, change)
    patch = mergePatches(patch, change)
  }
  return { ...patch, label: 'Replace the head' }
}
