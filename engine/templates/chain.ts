import type { JsonObject } from '../base/json.ts'
import type { GraphDocument, GraphEdge, GraphNode } from '../graph/document.ts'
import { findLayer } from '../layers/registry.ts'

/** Distance between two layers of a chain on the canvas, in pixels. */
const SPACING = 116

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
 * each other. Ids are the names.
 */
export function chain(layers: readonly ChainLayer[]): GraphDocument {
  const nodes: Record<string, GraphNode> = {}
  const edges: Record<string, GraphEdge> = {}
  const rows = new Map<string, number>()
  const filled: number[] = []
  layers.forEach(({ type, name, params = {}, from, column = 0, frozen }, index) => {
    const previous = layers[index - 1]
    const port = findLayer(type)?.inputs[0]
    const sources = from ?? (previous && port ? [previous.name] : [])
    const row = Math.max(filled[column] ?? 0, ...sources.map((source) => (rows.get(source) ?? 0) + 1))
    rows.set(name, row)
    filled[column] = row + 1
    const position = { x: 80 + column * BRANCH, y: 80 + row * SPACING }
    nodes[name] = { id: name, type, name, params, position, ...(frozen && { frozen }) }
    for (const [order, source] of sources.entries()) {
      const id = `${source}-${name}`
      const to = { node: name, port: port?.name ?? 'input' }
      edges[id] = { id, from: { node: source, port: 'output' }, to, order }
    }
  })
  return { format: 2, nodes, edges }
}
