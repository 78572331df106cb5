import type { JsonObject } from '../base/json.ts'
import type { GraphDocument, GraphEdge, GraphNode } from '../graph/document.ts'

/** Distance between two layers of a chain on the canvas, in pixels. */
const SPACING = 116

export interface ChainLayer {
  type: string
  name: string
  params?: JsonObject
}

/** A document with the layers connected one after the other, laid out from top to bottom. Ids are the names. */
export function chain(layers: readonly ChainLayer[]): GraphDocument {
  const nodes: Record<string, GraphNode> = {}
  const edges: Record<string, GraphEdge> = {}
  layers.forEach(({ type, name, params = {} }, index) => {
    nodes[name] = { id: name, type, name, params, position: { x: 80, y: 80 + index * SPACING } }
    const previous = layers[index - 1]
    if (!previous) return
    const id = `${previous.name}-${name}`
    edges[id] = { id, from: { node: previous.name, port: 'output' }, to: { node: name, port: 'input' }, order: 0 }
  })
  return { format: 2, nodes, edges }
}
