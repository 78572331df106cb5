import type { GraphDocument, GraphEdge, GraphNode, NodeId } from './document.ts'

/** Edges of a document by their ends; built once per document object. */
export interface Connections {
  /** Edges into a node, by port, in the order of a variadic port. */
  incoming: ReadonlyMap<NodeId, ReadonlyMap<string, readonly GraphEdge[]>>
  outgoing: ReadonlyMap<NodeId, readonly GraphEdge[]>
}

const cache = new WeakMap<GraphDocument['edges'], Connections>()

/** Edges by node and port. Edges to nodes that do not exist are included; `validate` reports them. */
export function connectionsOf(document: GraphDocument): Connections {
  const known = cache.get(document.edges)
  if (known) return known
  const incoming = new Map<NodeId, Map<string, GraphEdge[]>>()
  const outgoing = new Map<NodeId, GraphEdge[]>()
  for (const edge of Object.values(document.edges)) {
    const ports = incoming.get(edge.to.node) ?? new Map<string, GraphEdge[]>()
    incoming.set(edge.to.node, ports)
    append(ports, edge.to.port, edge)
    append(outgoing, edge.from.node, edge)
  }
  for (const ports of incoming.values()) for (const edges of ports.values()) edges.sort(byOrder)
  const connections = { incoming, outgoing }
  cache.set(document.edges, connections)
  return connections
}

function append(map: Map<string, GraphEdge[]>, key: string, edge: GraphEdge): void {
  const list = map.get(key)
  if (list) list.push(edge)
  else map.set(key, [edge])
}

function byOrder(a: GraphEdge, b: GraphEdge): number {
  return a.order - b.order || compareText(a.id, b.id)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function byName(a: GraphNode, b: GraphNode): number {
  return compareText(a.name, b.name) || compareText(a.id, b.id)
}

export interface Topology {
  /** Nodes in an order in which every node comes after those it depends on; nodes on or behind a cycle are missing. */
  order: readonly NodeId[]
  /** One entry a cycle, each a closed walk of distinct nodes. */
  cycles: readonly (readonly NodeId[])[]
}

const topologies = new WeakMap<GraphDocument['edges'], WeakMap<GraphDocument['nodes'], Topology>>()

/**
 * Topological order (Kahn). Ties are broken by node name, so the order - and with it every random stream - depends on what
 * is drawn and not on the history of edits.
 */
export function topologyOf(document: GraphDocument): Topology {
  const perNodes = topologies.get(document.edges) ?? new WeakMap<GraphDocument['nodes'], Topology>()
  topologies.set(document.edges, perNodes)
  const known = perNodes.get(document.nodes)
  if (known) return known
  const topology = sortNodes(document)
  perNodes.set(document.nodes, topology)
  return topology
}

function sortNodes(document: GraphDocument): Topology {
  const { outgoing } = connectionsOf(document)
  const waiting = new Map<NodeId, number>()
  const nodes = Object.values(document.nodes).sort(byName)
  for (const node of nodes) waiting.set(node.id, 0)
  for (const edge of Object.values(document.edges)) {
    const count = waiting.get(edge.to.node)
    if (count !== undefined && waiting.has(edge.from.node)) waiting.set(edge.to.node, count + 1)
  }
  const order = nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id)
  for (let index = 0; index < order.length; index += 1) {
    const ready: GraphNode[] = []
    for (const edge of outgoing.get(order[index] as NodeId) ?? []) {
      const left = (waiting.get(edge.to.node) ?? 0) - 1
      waiting.set(edge.to.node, left)
      const node = document.nodes[edge.to.node]
      if (left === 0 && node) ready.push(node)
    }
    for (const node of ready.sort(byName)) order.push(node.id)
  }
  if (order.length === nodes.length) return { order, cycles: [] }
  return { order, cycles: findCycles(document, new Set(order)) }
}

/** One cycle for each group of nodes that Kahn could not place, found by walking backwards until a node repeats. */
function findCycles(document: GraphDocument, placed: ReadonlySet<NodeId>): NodeId[][] {
  const { incoming } = connectionsOf(document)
  const seen = new Set<NodeId>()
  const cycles: NodeId[][] = []
  for (const start of Object.values(document.nodes).sort(byName)) {
    if (placed.has(start.id) || seen.has(start.id)) continue
    const walk: NodeId[] = []
    const position = new Map<NodeId, number>()
    let current: NodeId | undefined = start.id
    while (current !== undefined && !seen.has(current)) {
      seen.add(current)
      position.set(current, walk.length)
      walk.push(current)
      current = [...(incoming.get(current)?.values() ?? [])]
        .flat()
        .map((edge) => edge.from.node)
        .find((node) => !placed.has(node) && document.nodes[node] !== undefined)
    }
    const first = current === undefined ? undefined : position.get(current)
    if (first !== undefined) cycles.push(walk.slice(first).reverse())
  }
  return cycles
}

/** Nodes that can be reached from `starts` along edges (or against them), the starts included. */
export function reachable(
  document: GraphDocument,
  starts: Iterable<NodeId>,
  direction: 'forward' | 'backward',
): Set<NodeId> {
  const { incoming, outgoing } = connectionsOf(document)
  const found = new Set<NodeId>(starts)
  const queue = [...found]
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    const next =
      direction === 'forward'
        ? (outgoing.get(node) ?? []).map((edge) => edge.to.node)
        : [...(incoming.get(node)?.values() ?? [])].flat().map((edge) => edge.from.node)
    for (const id of next) {
      if (found.has(id) || document.nodes[id] === undefined) continue
      found.add(id)
      queue.push(id)
    }
  }
  return found
}
