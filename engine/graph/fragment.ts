import * as v from 'valibot'
import { LaminaError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import { inputTarget, reconstructedInput } from '../layers/io/input-target.ts'
import type { EdgeId, GraphDocument, GraphEdge, GraphNode, NodeId } from './document.ts'
import type { Point } from './edit.ts'
import { uniqueName } from './names.ts'
import { edgeSchema, nodeSchema } from './parse.ts'
import type { Change, Patch } from './patch.ts'

/** Layers and the edges between them, as copied to the clipboard. */
export interface Fragment {
  format: 'lamina/fragment'
  version: 1
  nodes: GraphNode[]
  edges: GraphEdge[]
}

const fragmentSchema = v.strictObject({
  format: v.literal('lamina/fragment'),
  version: v.literal(1),
  nodes: v.array(nodeSchema),
  edges: v.array(edgeSchema),
})

/** The nodes with the edges between them. Unknown ids are left out. */
export function copyNodes(document: GraphDocument, ids: readonly NodeId[]): Fragment {
  const chosen = new Set(ids)
  return {
    format: 'lamina/fragment',
    version: 1,
    nodes: Object.values(document.nodes).filter((node) => chosen.has(node.id)),
    edges: Object.values(document.edges).filter((edge) => chosen.has(edge.from.node) && chosen.has(edge.to.node)),
  }
}

/** Reads a fragment from clipboard text. Throws `edit.not-a-fragment`. */
export function parseFragment(text: string): Fragment {
  try {
    return v.parse(fragmentSchema, JSON.parse(text)) as Fragment
  } catch (cause) {
    throw new LaminaError(
      {
        code: 'edit.not-a-fragment',
        message: 'The clipboard holds no layers.',
        where: 'clipboard',
        expected: 'layers copied in Lamina',
        received: text.slice(0, 40),
        fix: 'Select layers and copy them first.',
      },
      { cause },
    )
  }
}

/** Adds the fragment's layers with new ids and free names, moved by `offset`; edges between them come along. */
export function paste(
  document: GraphDocument,
  fragment: Fragment,
  offset: Point = { x: 32, y: 32 },
): { patch: Patch; nodes: NodeId[] } {
  const ids = new Map<NodeId, NodeId>()
  const taken = new Set<string>()
  const changes: Change[] = []
  const copies: GraphNode[] = []
  const names = new Map<string, string>()
  for (const node of fragment.nodes) {
    const id = newId('node')
    const name = uniqueName(document, node.name, taken)
    taken.add(name)
    ids.set(node.id, id)
    names.set(node.name, name)
    const position = { x: node.position.x + offset.x, y: node.position.y + offset.y }
    copies.push({ ...node, id, name, position })
  }
  for (const { weightsFrom, params: given, ...copy } of copies) {
    // An Output that gives back an Input of the fragment belongs to the new one.
    const input = names.get(reconstructedInput(given.target) ?? '')
    const params = input === undefined ? given : { ...given, target: inputTarget(input) }
    // With its owner it shares the copy's weights, alone those of the owner that is there.
    const owner = weightsFrom && (ids.get(weightsFrom) ?? (document.nodes[weightsFrom] ? weightsFrom : undefined))
    const after = owner ? { ...copy, params, weightsFrom: owner } : { ...copy, params }
    changes.push({ kind: 'node', id: copy.id, before: null, after })
  }
  for (const edge of fragment.edges) {
    const from = ids.get(edge.from.node)
    const to = ids.get(edge.to.node)
    if (from === undefined || to === undefined) continue
    const id: EdgeId = newId('edge')
    const after = { ...edge, id, from: { ...edge.from, node: from }, to: { ...edge.to, node: to } }
    changes.push({ kind: 'edge', id, before: null, after })
  }
  const count = fragment.nodes.length
  return { patch: { label: count === 1 ? 'Paste layer' : `Paste ${count} layers`, changes }, nodes: [...ids.values()] }
}

/** Copies and pastes in one step. */
export function duplicate(document: GraphDocument, ids: readonly NodeId[]): { patch: Patch; nodes: NodeId[] } {
  const result = paste(document, copyNodes(document, ids))
  return { ...result, patch: { ...result.patch, label: 'Duplicate' } }
}
