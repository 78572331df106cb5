import type { JsonObject } from '../base/json.ts'
import type { GraphDocument, GraphEdge, GraphNode } from '../graph/document.ts'
import { findLayer } from '../layers/registry.ts'

/** Distance between two layers of a chain on the canvas, in pixels. */
const SPACING = 124

export interface ChainLayer {
  type: string
  name: string
  params?: JsonObject
  /** Names of the layers it reads, in order; default the one before it. */
  from?: readonly string[]
  /** Column on the canvas, for branches; default 0. */
  column?: number
  frozen?: boolean
}

/** Distance between branches on the canvas. */
const BRANCH = 260

/**
 * A document with the layers connected one after the other, or to those that `from` names, laid out from top to bottom with branches beside
 * each other; a branch that begins anew ends right above what joins it, so that no connection runs behind cards. Ids are the names.
 */
export function chain(layers: readonly ChainLayer[]): GraphDocument {
  const nodes: Record<string, GraphNode> = {}
  const edges: Record<string, GraphEdge> = {}
  const rows = new Map<string, number>()
  const filled: number[] = []
  const sourcesOf = new Map<string, readonly string[]>()
  const columnOf = new Map<string, number>()
  const lower = (end: string, by: number) => {
    const column = columnOf.get(end) ?? 0
    // What stands below it belongs to another branch.
    if ((filled[column] ?? 0) > (rows.get(end) ?? 0) + 1) return
    const branch = branchTo(end, sourcesOf, columnOf)
    for (const name of branch) rows.set(name, (rows.get(name) ?? 0) + by)
    if (branch.length > 0) filled[column] = (filled[column] ?? 0) + by
  }
  layers.forEach(({ type, name, params = {}, from, column = 0, frozen }, index) => {
    const previous = layers[index - 1]
    const port = findLayer(type)?.inputs[0]
    const sources = from ?? (previous && port ? [previous.name] : [])
    const row = Math.max(filled[column] ?? 0, ...sources.map((source) => (rows.get(source) ?? 0) + 1))
    rows.set(name, row)
    filled[column] = row + 1
    sourcesOf.set(name, sources)
    columnOf.set(name, column)
    if (sources.length > 1) for (const source of sources) lower(source, row - 1 - (rows.get(source) ?? 0))
    nodes[name] = {
      id: name,
      type,
      name,
      params,
      position: { x: 80 + column * BRANCH, y: 0 },
      ...(frozen && { frozen }),
    }
    for (const [order, source] of sources.entries()) {
      const id = `${source}-${name}`
      const to = { node: name, port: port?.name ?? 'input' }
      edges[id] = { id, from: { node: source, port: 'output' }, to, order }
    }
  })
  const placed = Object.entries(nodes).map(([id, node]): [string, GraphNode] => [
    id,
    { ...node, position: { x: node.position.x, y: 80 + (rows.get(id) ?? 0) * SPACING } },
  ])
  return { format: 2, nodes: Object.fromEntries(placed), edges }
}

/** The layers of one column that lead to `end` from one that reads nothing; none when they begin elsewhere. */
function branchTo(
  end: string,
  sourcesOf: ReadonlyMap<string, readonly string[]>,
  columnOf: ReadonlyMap<string, number>,
): string[] {
  const branch: string[] = []
  for (let name: string | undefined = end; name !== undefined; ) {
    if (columnOf.get(name) !== columnOf.get(end)) return []
    branch.push(name)
    const sources: readonly string[] = sourcesOf.get(name) ?? []
    if (sources.length > 1) return []
    name = sources[0]
  }
  return branch
}
