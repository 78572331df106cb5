import { numberParam } from '../layers/read-params.ts'
import { findLayer } from '../layers/registry.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { DatasetSignature, GraphDocument, GraphEdge, GraphNode, NodeId } from './document.ts'
import type { DocumentInference } from './infer.ts'
import { columnsOf } from './token-findings.ts'
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

/** Layers that hand numbers on as they are. */
const passThrough = new Set(['reshape', 'flatten', 'permute'])

const transforms = { standardize: 'standardised', robust: 'scaled by its quartiles' } as const

/** Masking of zeros where the data arrive scaled about their middle: padding is no longer 0, and nothing is masked. */
export function paddingFindings(
  document: GraphDocument,
  inference: DocumentInference,
  dataset: DatasetSignature | undefined,
): Diagnostic[] {
  if (!dataset) return []
  return Object.values(document.nodes).flatMap((node): Diagnostic[] => {
    const params = inference.nodes[node.id]?.params
    if (node.type !== 'masking' || !params || numberParam(params, 'maskValue') !== 0) return []
    const input = inputBefore(document, node.id)
    const moved = input ? columnsOf(inference, dataset, input.id).filter(({ movesZero }) => movesZero) : []
    const [first] = moved
    if (!first?.movesZero) return []
    const others = moved.length > 1 ? ` and ${moved.length - 1} more` : ''
    return [
      {
        severity: 'warning',
        code: 'masking.scaled-padding',
        message: `${node.name} skips steps of zeros, but padding is not 0 when it arrives: ${first.name} is ${transforms[first.movesZero]}.`,
        node: node.id,
        param: 'maskValue',
        where: node.name,
        expected: 'columns whose padding is still 0',
        received: `${first.name}${others}, ${transforms[first.movesZero]}`,
        fix: 'In the data view set the transform of these columns to none, or to min-max where 0 is their least value; or set the mask value to what padding becomes.',
      },
    ]
  })
}

/** The Input whose numbers reach a layer unchanged. */
function inputBefore(document: GraphDocument, id: NodeId): GraphNode | undefined {
  const { incoming } = connectionsOf(document)
  const before = (node: NodeId) => document.nodes[incoming.get(node)?.get('input')?.[0]?.from.node ?? '']
  let source = before(id)
  for (let steps = 0; source && passThrough.has(source.type) && steps < 1000; steps += 1) source = before(source.id)
  return source?.type === 'input' ? source : undefined
}
