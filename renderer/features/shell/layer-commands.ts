import type { GraphDocument } from '../../../engine/graph/document.ts'
import type { Command } from '../../services/commands.ts'

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
