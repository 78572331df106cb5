import type { GraphDocument } from '../../../engine/graph/document.ts'
import type { LayerDeclaration } from '../../../engine/layers/layer.ts'
import type { Command } from '../../services/commands.ts'
import { searchLayers } from '../editor/categories.ts'

/** One palette entry a layer of the drawing: it leads there. */
export function layerCommands(document: GraphDocument, show: (node: string) => void): Command[] {
  return Object.values(document.nodes).map((node) => ({
    id: `layer.${node.id}`,
    title: node.name,
    group: 'Layer',
    keywords: `${node.type} layer node`,
    run: () => show(node.id),
  }))
}

/** Words that ask for a new layer and are no part of its name. */
const asking = /^(?:insert|add)(?:\s+|$)/i

/** One palette entry a layer that can be added, found as the layer palette finds it; all of them for `insert` alone, none without a query. */
export function insertCommands(
  query: string,
  layers: readonly LayerDeclaration[],
  insert: (type: string) => void,
): Command[] {
  const asked = query.trim()
  if (asked === '') return []
  return searchLayers(asked.replace(asking, ''), layers).flatMap((group) =>
    group.layers.map(({ type, label }) => ({
      id: `insert.${type}`,
      title: `Insert ${label}`,
      group: 'Edit',
      run: () => insert(type),
    })),
  )
}
