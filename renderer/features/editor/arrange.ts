import type { ELK, ElkNode } from 'elkjs/lib/elk-api.js'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { move } from '../../../engine/graph/edit.ts'
import type { Patch } from '../../../engine/graph/patch.ts'
import { CARD, GAP, snap } from './geometry.ts'

let layouter: Promise<ELK> | null = null

/** The layout engine is large and loaded when it is first needed. */
function elk(): Promise<ELK> {
  layouter ??= import('elkjs/lib/elk.bundled.js').then((module) => new module.default())
  return layouter
}

/** The document as ELK's layered algorithm reads it, from top to bottom. */
export function toElk(document: GraphDocument): ElkNode {
  const known = (id: string) => document.nodes[id] !== undefined
  return {
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.spacing.nodeNode': String(GAP.x),
      'elk.layered.spacing.nodeNodeBetweenLayers': String(GAP.y),
      'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
      'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    },
    children: Object.keys(document.nodes).map((id) => ({ id, width: CARD.width, height: CARD.height })),
    edges: Object.values(document.edges)
      .filter((edge) => known(edge.from.node) && known(edge.to.node))
      .map((edge) => ({ id: edge.id, sources: [edge.from.node], targets: [edge.to.node] })),
  }
}

/** A patch that puts the layers in rows from top to bottom, without crossings where possible. */
export async function arrange(document: GraphDocument): Promise<Patch> {
  const laidOut = await (await elk()).layout(toElk(document))
  const positions = (laidOut.children ?? []).map((child) => {
    return [child.id, snap({ x: (child.x ?? 0) + 80, y: (child.y ?? 0) + 80 })] as const
  })
  return { ...move(document, Object.fromEntries(positions)), label: 'Arrange layers' }
}
