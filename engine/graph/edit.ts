import type { ErrorDetails } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { inputTarget, reconstructedInput } from '../layers/io/input-target.ts'
import type { LayerDeclaration, PortSpec } from '../layers/layer.ts'
import { suggestion } from '../layers/near-matches.ts'
import { isDefault } from '../layers/param-check.ts'
import { findLayer, layers } from '../layers/registry.ts'
import type { EdgeId, GraphDocument, GraphEdge, GraphNode, NodeId, PortRef } from './document.ts'
import { isName, reservedNames, uniqueName } from './names.ts'
import type { Change, Patch } from './patch.ts'
import { inherit, sharingGroup } from './sharing.ts'
import { connectionsOf, reachable } from './topology.ts'

/** A patch, or the reason why there is none. */
export type Edit = { ok: true; patch: Patch } | { ok: false; problem: ErrorDetails }
/** The same with the node that was made. */
export type NodeEdit = { ok: true; patch: Patch; node: GraphNode } | { ok: false; problem: ErrorDetails }

export type Point = Readonly<{ x: number; y: number }>

function refuse(
  code: string,
  message: string,
  rest: Omit<ErrorDetails, 'code' | 'message'> = {},
): {
  ok: false
  problem: ErrorDetails
} {
  return { ok: false, problem: { code, message, ...rest } }
}

function changed(before: GraphNode, after: GraphNode): Change {
  return { kind: 'node', id: before.id, before, after }
}

function unknownNode(id: NodeId): { ok: false; problem: ErrorDetails } {
  return refuse('edit.unknown-node', `There is no node "${id}".`, { expected: 'a node of the document', received: id })
}

/** Only what differs from the declaration's defaults. */
function lean(declaration: LayerDeclaration | undefined, params: JsonObject): JsonObject {
  const kept: Record<string, Json | undefined> = {}
  for (const [name, value] of Object.entries(params)) {
    const spec = declaration?.params[name]
    if (value !== undefined && !(spec && isDefault(spec, value))) kept[name] = value
  }
  return kept
}

/** Places a new layer; its name is the type with the first free number. Refuses an unknown type (`graph.unknown-layer`). */
export function addNode(
  document: GraphDocument,
  type: string,
  position: Point,
  options: { params?: JsonObject; name?: string; id?: NodeId } = {},
): NodeEdit {
  const declaration = findLayer(type)
  if (!declaration) {
    const types = layers.map((layer) => layer.type)
    return refuse('graph.unknown-layer', `There is no layer "${type}".`, {
      received: type,
      fix: suggestion(type, types),
    })
  }
  const node: GraphNode = {
    id: options.id ?? newId('node'),
    type,
    name: options.name ?? uniqueName(document, type),
    params: lean(declaration, options.params ?? {}),
    position: { x: position.x, y: position.y },
  }
  const problem = nameProblem(document, node.name, node.id)
  if (problem) return { ok: false, problem }
  const patch = {
    label: `Add ${node.name}`,
    changes: [{ kind: 'node', id: node.id, before: null, after: node } as const],
  }
  return { ok: true, patch, node }
}

/** Removes nodes and every edge that touches them, in one patch; weights that others use go over to the first of them. Unknown ids are left out. */
export function removeNodes(document: GraphDocument, ids: readonly NodeId[]): Patch {
  const gone = new Set(ids.filter((id) => document.nodes[id] !== undefined))
  const edges = Object.values(document.edges).filter((edge) => gone.has(edge.from.node) || gone.has(edge.to.node))
  const changes: Change[] = edges.map((edge) => ({ kind: 'edge', id: edge.id, before: edge, after: null }))
  changes.push(...inherit(document, gone))
  for (const id of gone) changes.push({ kind: 'node', id, before: document.nodes[id] as GraphNode, after: null })
  const names = [...gone].map((id) => document.nodes[id]?.name)
  return { label: names.length === 1 ? `Remove ${names[0]}` : `Remove ${names.length} layers`, changes }
}

function portOf(document: GraphDocument, ref: PortRef, side: 'inputs' | 'outputs'): PortSpec | undefined {
  const node = document.nodes[ref.node]
  return node && findLayer(node.type)?.[side].find((port) => port.name === ref.port)
}

/**
 * Connects an output port to an input port. On a port that takes one edge the old edge is replaced; on a variadic port the new one
 * comes last. Refuses unknown ports, an edge that exists, a node with itself, and whatever would close a cycle.
 */
export function connect(document: GraphDocument, from: PortRef, to: PortRef, id: EdgeId = newId('edge')): Edit {
  const source = document.nodes[from.node]
  const target = document.nodes[to.node]
  if (!source) return unknownNode(from.node)
  if (!target) return unknownNode(to.node)
  const port = portOf(document, to, 'inputs')
  if (!portOf(document, from, 'outputs'))
    return refuse('edit.unknown-port', `${source.name} has no output "${from.port}".`, {
      where: source.name,
      received: from.port,
    })
  if (!port)
    return refuse('edit.unknown-port', `${target.name} has no input "${to.port}".`, {
      where: target.name,
      received: to.port,
    })
  if (from.node === to.node)
    return refuse('graph.cycle', `${source.name} cannot feed itself.`, {
      where: source.name,
      fix: 'Connect it to another layer.',
    })
  if (reachable(document, [to.node], 'forward').has(from.node))
    return refuse(
      'graph.cycle',
      `${source.name} already depends on ${target.name}: the connection would close a cycle.`,
      {
        where: `${source.name} -> ${target.name}`,
        expected: 'a graph without cycles',
        received: `a path from ${target.name} back to ${source.name}`,
        fix: 'Remove a connection of that path first.',
      },
    )
  const present = connectionsOf(document).incoming.get(to.node)?.get(to.port) ?? []
  if (present.some((edge) => edge.from.node === from.node && edge.from.port === from.port))
    return refuse('edit.already-connected', `${source.name} is already connected to ${target.name}.`)
  const order = port.variadic ? Math.max(-1, ...present.map((edge) => edge.order)) + 1 : 0
  const edge: GraphEdge = { id, from: { ...from }, to: { ...to }, order }
  const replaced: Change[] = port.variadic
    ? []
    : present.map((old) => ({ kind: 'edge', id: old.id, before: old, after: null }))
  const changes: Change[] = [...replaced, { kind: 'edge', id, before: null, after: edge }]
  return { ok: true, patch: { label: `Connect ${source.name} to ${target.name}`, changes } }
}

/** Removes edges. Unknown ids are left out. */
export function disconnect(document: GraphDocument, ids: readonly EdgeId[]): Patch {
  const changes: Change[] = []
  for (const id of new Set(ids)) {
    const before = document.edges[id]
    if (before) changes.push({ kind: 'edge', id, before, after: null })
  }
  return { label: changes.length === 1 ? 'Disconnect' : `Remove ${changes.length} connections`, changes }
}

/** Sets parameters of one node and of those it shares weights with; `null` or the default removes an entry. Values are stored as they are: validation reports wrong ones. */
export function setParams(document: GraphDocument, id: NodeId, params: JsonObject): Edit {
  const before = document.nodes[id]
  if (!before) return unknownNode(id)
  const merged: Record<string, Json | undefined> = { ...before.params }
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === undefined) delete merged[name]
    else merged[name] = value
  }
  const kept = lean(findLayer(before.type), merged)
  const names = Object.keys(params)
  const changes = sharingGroup(document, before).map((node) => changed(node, { ...node, params: kept }))
  return { ok: true, patch: { label: `Set ${before.name}.${names.join(', ')}`, changes } }
}

/** Sets one parameter. */
export function setParam(document: GraphDocument, id: NodeId, param: string, value: Json): Edit {
  return setParams(document, id, { [param]: value })
}

/** Why a name cannot be given (`graph.invalid-name`, `graph.duplicate-name`), or null. */
export function nameProblem(document: GraphDocument, name: string, id: NodeId): ErrorDetails | null {
  if (!isName(name))
    return {
      code: 'graph.invalid-name',
      message: `"${name}" cannot name a layer.`,
      where: name,
      expected: `a letter, then letters, digits and _, at most 64; not ${reservedNames.join(' or ')}`,
      received: name,
      fix: 'Choose a name such as hidden_1.',
    }
  const other = Object.values(document.nodes).find((node) => node.name === name && node.id !== id)
  if (!other) return null
  return {
    code: 'graph.duplicate-name',
    message: `Another layer is called "${name}".`,
    where: name,
    expected: 'names that are unique in the document',
    received: name,
    fix: `Choose another name, for instance ${uniqueName(document, name)}.`,
  }
}

/** Outputs that reconstruct an Input follow it to its new name. */
function retarget(document: GraphDocument, input: GraphNode, name: string): Change[] {
  if (input.type !== 'input') return []
  return Object.values(document.nodes)
    .filter((node) => node.type === 'output' && reconstructedInput(node.params.target) === input.name)
    .map((node) => changed(node, { ...node, params: { ...node.params, target: inputTarget(name) } }))
}

/** Gives a node another name; refuses a name that is taken or no identifier. */
export function rename(document: GraphDocument, id: NodeId, name: string): Edit {
  const before = document.nodes[id]
  if (!before) return unknownNode(id)
  const problem = nameProblem(document, name, id)
  if (problem) return { ok: false, problem }
  return {
    ok: true,
    patch: {
      label: `Rename ${before.name} to ${name}`,
      changes: [changed(before, { ...before, name }), ...retarget(document, before, name)],
    },
  }
}

/** Moves nodes to the given positions. Unknown ids are left out. */
export function move(document: GraphDocument, positions: Readonly<Record<NodeId, Point>>): Patch {
  const changes: Change[] = []
  for (const [id, { x, y }] of Object.entries(positions)) {
    const before = document.nodes[id]
    if (before && (before.position.x !== x || before.position.y !== y))
      changes.push(changed(before, { ...before, position: { x, y } }))
  }
  return { label: changes.length === 1 ? 'Move layer' : `Move ${changes.length} layers`, changes }
}

/** Freezes nodes (their weights are not trained) or thaws them, with those they share weights with. */
export function setFrozen(document: GraphDocument, ids: readonly NodeId[], frozen: boolean): Patch {
  const changes: Change[] = []
  const chosen = ids.flatMap((id) => document.nodes[id] ?? []).flatMap((node) => sharingGroup(document, node))
  for (const before of new Set(chosen)) {
    if ((before.frozen ?? false) === frozen) continue
    const { frozen: _, ...rest } = before
    changes.push(changed(before, frozen ? { ...rest, frozen } : rest))
  }
  return { label: frozen ? 'Freeze' : 'Unfreeze', changes }
}

/**
 * Puts a new layer between the two ends of an edge, through its first input and first output port. Refuses layers without one
 * of them (`edit.no-port`).
 */
export function insertOnEdge(
  document: GraphDocument,
  edgeId: EdgeId,
  type: string,
  position?: Point,
  params: JsonObject = {},
): NodeEdit {
  const edge = document.edges[edgeId]
  if (!edge) return refuse('edit.unknown-edge', `There is no connection "${edgeId}".`)
  const from = document.nodes[edge.from.node]?.position
  const to = document.nodes[edge.to.node]?.position
  const middle = from && to ? { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 } : { x: 0, y: 0 }
  const added = addNode(document, type, position ?? middle, { params })
  if (!added.ok) return added
  const declaration = findLayer(type)
  const input = declaration?.inputs[0]
  const output = declaration?.outputs[0]
  if (!input || !output)
    return refuse('edit.no-port', `${declaration?.label} cannot stand between two layers.`, {
      expected: 'a layer with an input and an output',
      received: type,
    })
  const { node } = added
  const before: GraphEdge = { id: newId('edge'), from: edge.from, to: { node: node.id, port: input.name }, order: 0 }
  const after: GraphEdge = { ...edge, id: newId('edge'), from: { node: node.id, port: output.name } }
  const changes: Change[] = [
    { kind: 'edge', id: edge.id, before: edge, after: null },
    ...added.patch.changes,
    { kind: 'edge', id: before.id, before: null, after: before },
    { kind: 'edge', id: after.id, before: null, after: after },
  ]
  return { ok: true, patch: { label: `Insert ${node.name}`, changes }, node }
}
