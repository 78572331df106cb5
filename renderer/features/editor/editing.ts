import type { EdgeId, GraphDocument, NodeId } from '../../../engine/graph/document.ts'
import { addNode, connect, insertOnEdge, move, type NodeEdit, type Point } from '../../../engine/graph/edit.ts'
import { mergePatches } from '../../../engine/graph/history.ts'
import { applyPatch, type Patch } from '../../../engine/graph/patch.ts'
import { connectionsOf, reachable } from '../../../engine/graph/topology.ts'
import { findLayer } from '../../../engine/layers/registry.ts'
import { CARD, freePlace, GAP, overlaps, snap } from './geometry.ts'

/** Where a layer goes when nobody says where: below everything, in the column of what is lowest. */
export function defaultPlace(document: GraphDocument): Point {
  const nodes = Object.values(document.nodes)
  const last = nodes.reduce<Point | null>((far, node) => (far && far.y >= node.position.y ? far : node.position), null)
  return last ? freePlace(document, { x: last.x, y: last.y + CARD.height + GAP.y }) : { x: 80, y: 80 }
}

/** Moves everything behind `node` down until there is room for a card between it and the layer at `before`. */
function makeRoom(document: GraphDocument, node: NodeId, before: NodeId): Patch {
  const here = document.nodes[node]?.position
  const there = document.nodes[before]?.position
  if (!here || !there) return { label: '', changes: [] }
  const missing = here.y + 2 * (CARD.height + GAP.y) - there.y
  if (missing <= 0) return { label: '', changes: [] }
  const behind = reachable(document, [before], 'forward')
  const moved = [...behind].flatMap((id) => {
    const position = document.nodes[id]?.position
    return position ? [[id, { x: position.x, y: position.y + missing }] as const] : []
  })
  return move(document, Object.fromEntries(moved))
}

/**
 * Adds a layer behind `node`, connected. When one connection leaves the node and the layer can stand between, it is put into that
 * connection and what follows moves down; otherwise it branches off. Layers without an input are only placed.
 */
export function insertAfter(document: GraphDocument, node: NodeId, type: string): NodeEdit {
  const source = document.nodes[node]
  const declaration = findLayer(type)
  const output = source && findLayer(source.type)?.outputs[0]
  const input = declaration?.inputs[0]
  if (!source || !output || !input) return addNode(document, type, defaultPlace(document))
  const outgoing = connectionsOf(document).outgoing.get(node) ?? []
  const only = outgoing.length === 1 ? outgoing[0] : undefined
  const place = { x: source.position.x, y: source.position.y + CARD.height + GAP.y }
  if (only && declaration.outputs.length > 0) {
    const room = makeRoom(document, node, only.to.node)
    const roomy = applyPatch(document, room)
    const inserted = insertOnEdge(roomy, only.id, type, freePlace(roomy, place))
    return inserted.ok ? { ...inserted, patch: mergePatches(room, inserted.patch) } : inserted
  }
  const added = addNode(document, type, freePlace(document, place))
  if (!added.ok) return added
  const from = { node, port: output.name }
  const joined = connect(applyPatch(document, added.patch), from, { node: added.node.id, port: input.name })
  if (!joined.ok) return added
  return { ...added, patch: { ...mergePatches(added.patch, joined.patch), label: added.patch.label } }
}

/**
 * Adds a layer whose card is centred at a point; into the connection under it when there is one, and where its ends are too close,
 * what follows moves down.
 */
export function drop(document: GraphDocument, type: string, centre: Point, edge: EdgeId | null): NodeEdit {
  const corner = snap({ x: centre.x - CARD.width / 2, y: centre.y - CARD.height / 2 })
  const onto = edge === null ? undefined : document.edges[edge]
  if (onto) {
    const ends = [document.nodes[onto.from.node], document.nodes[onto.to.node]]
    const crowded = ends.some((node) => node && overlaps(node.position, corner))
    const room = crowded ? makeRoom(document, onto.from.node, onto.to.node) : { label: '', changes: [] }
    const roomy = applyPatch(document, room)
    const below = { x: corner.x, y: (ends[0]?.position.y ?? 0) + CARD.height + GAP.y }
    const inserted = insertOnEdge(roomy, onto.id, type, crowded ? freePlace(roomy, below) : corner)
    if (inserted.ok) return { ...inserted, patch: mergePatches(room, inserted.patch) }
  }
  return addNode(document, type, corner)
}

/** Moves nodes by a distance. */
export function nudge(document: GraphDocument, ids: readonly NodeId[], by: Point): Patch {
  const moved = ids.flatMap((id) => {
    const position = document.nodes[id]?.position
    return position ? [[id, { x: position.x + by.x, y: position.y + by.y }] as const] : []
  })
  return move(document, Object.fromEntries(moved))
}
