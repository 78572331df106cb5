import type { EdgeId, GraphDocument, GraphEdge, GraphNode, NodeId } from './document.ts'

/** One change. `before`/`after` null = the thing does not exist on that side; so the inverse swaps the two. */
export type Change =
  | { kind: 'node'; id: NodeId; before: GraphNode | null; after: GraphNode | null }
  | { kind: 'edge'; id: EdgeId; before: GraphEdge | null; after: GraphEdge | null }

/** Changes applied together; one undo step. */
export interface Patch {
  readonly label: string
  readonly changes: readonly Change[]
}

/** The patch that undoes `patch`. */
export function invertPatch(patch: Patch): Patch {
  const changes = patch.changes.map((change) => ({ ...change, before: change.after, after: change.before }) as Change)
  return { label: patch.label, changes: changes.reverse() }
}

/** A new document with the patch applied. Unchanged nodes keep their identity. */
export function applyPatch(document: GraphDocument, patch: Patch): GraphDocument {
  const nodes: Record<NodeId, GraphNode> = { ...document.nodes }
  const edges: Record<EdgeId, GraphEdge> = { ...document.edges }
  for (const change of patch.changes) {
    if (change.kind === 'node') {
      if (change.after) nodes[change.id] = change.after
      else delete nodes[change.id]
    } else if (change.after) edges[change.id] = change.after
    else delete edges[change.id]
  }
  return { ...document, nodes, edges }
}
