import { findLayer } from '../layers/registry.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { GraphDocument, GraphEdge } from './document.ts'
import type { DocumentInference } from './infer.ts'
import { connectionsOf } from './topology.ts'

/** Masks that end where nothing takes account of them: from there on padding counts like data. */
export function maskFindings(document: GraphDocument, inference: DocumentInference): Diagnostic[] {
  const { incoming } = connectionsOf(document)
  const found: Diagnostic[] = []
  for (const node of Object.values(document.nodes)) {
    const known = inference.nodes[node.id]
    const layer = findLayer(node.type)
    if (!layer || !known?.complete || layer.mask?.consumes === true) continue
    const ports = incoming.get(node.id)
    const edges = layer.inputs.flatMap((port) => {
      const all: readonly GraphEdge[] = ports?.get(port.name) ?? []
      return port.variadic ? all : all.slice(0, 1)
    })
    const masked = known.inputMasks.findIndex((mask) => mask !== null)
    const edge = edges[masked]
    if (!edge || known.masks.some((mask) => mask !== null)) continue
    const consumes = layer.mask?.consumes
    if (typeof consumes === 'function' && consumes(known.inputMasks[masked]!, known)) continue
    const source = document.nodes[edge.from.node]?.name ?? edge.from.node
    const merges = layer.mask !== undefined && (layer.inputs.length > 1 || layer.inputs[0]?.variadic === true)
    found.push({
      severity: 'warning',
      code: 'graph.mask-lost',
      message: merges
        ? `Not every input of ${node.name} has a mask, so the mask from ${source} ends here: padding counts like data.`
        : `${layer.label} takes no mask: the one from ${source} ends here, and padding counts like data.`,
      node: node.id,
      port: edge.to.port,
      where: `${node.name}.${edge.to.port}`,
      expected: merges ? 'a mask at every input, or at none' : 'an input without a mask',
      received: `the mask of ${source}`,
      fix: merges
        ? 'Give all inputs the same mask, or switch the mask off where it comes from.'
        : 'Put GlobalAveragePooling1D, a recurrent or an attention layer in between, or switch the mask off where it comes from.',
    })
  }
  return found
}
