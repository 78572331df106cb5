import { BATCH, formatShape, type Shape } from '../base/shape.ts'
import type { EdgeId, GraphDocument, NodeId } from './document.ts'
import { insertOnEdge } from './edit.ts'
import { mergePatches } from './history.ts'
import type { DocumentInference } from './infer.ts'
import type { Patch } from './patch.ts'
import { applyPatch } from './patch.ts'
import { connectionsOf } from './topology.ts'

/** One patch that puts a Flatten on each of the edges; undefined when there are none. */
export function insertFlatten(document: GraphDocument, edges: readonly EdgeId[]): Patch | undefined {
  let current = document
  let patch: Patch = { label: 'Insert Flatten', changes: [] }
  for (const id of edges) {
    const edit = insertOnEdge(current, id, 'flatten')
    if (!edit.ok) continue
    current = applyPatch(current, edit.patch)
    patch = mergePatches(patch, edit.patch)
  }
  return patch.changes.length > 0 ? { label: 'Insert Flatten', changes: patch.changes } : undefined
}

/** Flattens whatever arrives at a merging layer with more axes than a vector, when something else arrives as a vector. */
export function flattenMergedInputs(
  document: GraphDocument,
  inference: DocumentInference,
  node: NodeId,
): Patch | undefined {
  const inputs = inference.nodes[node]?.inputs ?? []
  const edges = [...(connectionsOf(document).incoming.get(node)?.values() ?? [])].flat()
  if (edges.length !== inputs.length || !inputs.some((shape) => shape.length === 2)) return undefined
  const deep = edges.filter((_, index) => (inputs[index]?.length ?? 0) > 2)
  return insertFlatten(
    document,
    deep.map((edge) => edge.id),
  )
}

/** Flattens in front of the first Dense on the way to `output` that works on more than vectors. */
export function flattenBeforeDense(
  document: GraphDocument,
  inference: DocumentInference,
  output: NodeId,
): Patch | undefined {
  const { incoming } = connectionsOf(document)
  let found: EdgeId | undefined
  let node: NodeId | undefined = output
  for (let steps = 0; node !== undefined && steps < 10_000; steps += 1) {
    const edge: { id: EdgeId; from: { node: NodeId } } | undefined = [...(incoming.get(node)?.values() ?? [])][0]?.[0]
    const rank = inference.nodes[node]?.inputs[0]?.length ?? 0
    if (edge && document.nodes[node]?.type === 'dense' && rank > 2) found = edge.id
    node = edge?.from.node
  }
  return found === undefined ? undefined : insertFlatten(document, [found])
}

/** One sample of a shape laid out with `axes` axes, its elements in the same order; null where there is no usual way. */
function laidOut([, ...sample]: Shape, axes: number): number[] | null {
  const whole = (value: number) => Number.isInteger(value) && value > 1
  const [first = 0] = sample
  // One axis is missing: a single channel.
  if (sample.length + 1 === axes) return [...sample, 1]
  // Pixels of square images, grey or in colour.
  if (sample.length === 1 && axes === 3)
    for (const channels of [1, 3]) {
      const side = Math.sqrt(first / channels)
      if (whole(side)) return [side, side, channels]
    }
  const edge = Math.round(Math.cbrt(first))
  if (sample.length === 1 && axes === 4 && whole(edge) && edge ** 3 === first) return [edge, edge, edge, 1]
  // Rows of an image or frames of a video are the steps of a sequence.
  if (axes === 2 && sample.length > 2) return [first, sample.slice(1).reduce((product, size) => product * size, 1)]
  return null
}

/** Puts a Reshape, or for a vector a Flatten, before a layer whose input has too few or too many axes; undefined where its layout is not plain. */
export function reshapeInput(
  document: GraphDocument,
  inference: DocumentInference,
  node: NodeId,
  rank: number,
): Patch | undefined {
  const [edge, ...more] = [...(connectionsOf(document).incoming.get(node)?.values() ?? [])].flat()
  const shape = inference.nodes[node]?.inputs[0]
  if (edge && more.length === 0 && rank === 2) return insertFlatten(document, [edge.id])
  const target = shape && edge && more.length === 0 ? laidOut(shape, rank - 1) : null
  if (!target || !edge) return undefined
  const edit = insertOnEdge(document, edge.id, 'reshape', undefined, { targetShape: target })
  return edit.ok ? { ...edit.patch, label: `Insert Reshape to ${formatShape([BATCH, ...target])}` } : undefined
}
