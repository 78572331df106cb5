import { columnsParam, numberParam } from '../layers/read-params.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { DatasetSignature, FeatureSignature, GraphDocument, GraphNode, NodeId } from './document.ts'
import { setParams } from './edit.ts'
import type { DocumentInference } from './infer.ts'
import { connectionsOf } from './topology.ts'

/** Layers that hand ids on as they are. */
const passThrough = new Set(['reshape', 'flatten'])

/** What arrives as ids at an Embedding, and what does not: vocabularies larger than its table, scaled numbers, text that meets no Embedding. */
export function tokenFindings(
  document: GraphDocument,
  inference: DocumentInference,
  dataset: DatasetSignature | undefined,
): Diagnostic[] {
  if (!dataset) return []
  return inference.order.flatMap((id) => {
    const node = document.nodes[id]!
    if (node.type === 'embedding') return embeddingFindings(document, inference, dataset, node)
    return node.type === 'input' ? textFindings(document, inference, dataset, node) : []
  })
}

/** The columns that an Input feeds. */
export function columnsOf(inference: DocumentInference, dataset: DatasetSignature, input: NodeId): FeatureSignature[] {
  const params = inference.nodes[input]?.params
  const chosen = params ? columnsParam(params, 'columns') : []
  return dataset.features.filter(({ name }) => chosen.length === 0 || chosen.includes(name))
}

function embeddingFindings(
  document: GraphDocument,
  inference: DocumentInference,
  dataset: DatasetSignature,
  node: GraphNode,
): Diagnostic[] {
  const { incoming } = connectionsOf(document)
  const before = (id: NodeId) => document.nodes[incoming.get(id)?.get('input')?.[0]?.from.node ?? '']
  let source = before(node.id)
  for (let steps = 0; source && passThrough.has(source.type) && steps < 1000; steps += 1) source = before(source.id)
  if (source?.type !== 'input') return []
  const columns = columnsOf(inference, dataset, source.id)
  const rows = numberParam(inference.nodes[node.id]!.params, 'inputDim')
  const found: Diagnostic[] = []
  const at = { severity: 'error', node: node.id, where: node.name } as const
  const scaled = columns.filter((column) => column.scaled)
  if (scaled.length > 0)
    found.push({
      ...at,
      code: 'embedding.scaled-columns',
      port: 'input',
      message: `${node.name} looks up ids, and ${scaled[0]!.name} arrives scaled or one-hot.`,
      expected: 'whole numbers from 0: a text, an ordinal category, or numbers without a transform',
      received: scaled.map(({ name }) => name).join(', '),
      fix: `Set the transform of ${scaled[0]!.name} to none or ordinal in the data view, or give it an Input of its own.`,
    })
  const most = Math.max(0, ...columns.map((column) => column.ids ?? 0))
  if (most > rows) {
    const edit = setParams(document, node.id, { inputDim: most })
    found.push({
      ...at,
      code: 'embedding.vocabulary',
      message: `The table of ${node.name} has ${rows} rows, and its input has ${most} different ids.`,
      expected: `a vocabulary size of at least ${most}`,
      received: String(rows),
      fix: `Set the vocabulary size to ${most}, or make the vocabulary of the column smaller in the data view.`,
      ...(edit.ok && { repair: { ...edit.patch, label: `Set the vocabulary size to ${most}` } }),
    })
  }
  return found
}

function textFindings(
  document: GraphDocument,
  inference: DocumentInference,
  dataset: DatasetSignature,
  node: GraphNode,
): Diagnostic[] {
  const text = columnsOf(inference, dataset, node.id).find((column) => column.text)
  const readers = (connectionsOf(document).outgoing.get(node.id) ?? []).map(({ to }) => document.nodes[to.node]!)
  const wrong = readers.find(({ type }) => type !== 'embedding' && !passThrough.has(type))
  if (!text || !wrong) return []
  return [
    {
      severity: 'warning',
      code: 'input.text-without-embedding',
      node: wrong.id,
      where: wrong.name,
      message: `${wrong.name} computes with the ids of "${text.name}", whose size means nothing.`,
      expected: 'an Embedding after an Input of text',
      received: wrong.type,
      fix: 'Put an Embedding between them.',
    },
  ]
}
