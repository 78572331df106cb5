import type { Shape } from '../base/shape.ts'
import { elementCount } from '../base/shape.ts'
import type { LayerDeclaration, LayerProblem, MaskShape, PortSpec, WeightSpec } from '../layers/layer.ts'
import { effectiveParams } from '../layers/param-check.ts'
import type { EffectiveParams } from '../layers/params.ts'
import { problemOf } from '../layers/problem.ts'
import { findLayer } from '../layers/registry.ts'
import type { DatasetSignature, GraphDocument, GraphNode, NodeId } from './document.ts'
import { weightOwner, weightsProblem } from './sharing.ts'
import type { Connections } from './topology.ts'
import { connectionsOf, topologyOf } from './topology.ts'

/** What is known of one node. */
export interface NodeInference {
  /** Defaults filled in; parameters out of range are at their default. */
  params: EffectiveParams
  /** Shapes that arrive, in port order, the edges of a variadic port one after the other. */
  inputs: readonly Shape[]
  /** Shapes by output port; empty while they cannot be known. */
  outputs: readonly Shape[]
  /** Masks at the inputs, as `inputs`; null where there is none. */
  inputMasks: readonly MaskShape[]
  /** Masks of the outputs; empty while shapes cannot be known. */
  masks: readonly MaskShape[]
  weights: readonly WeightSpec[]
  /** Elements of all weights of its own: 0 where it uses those of another node. */
  parameters: number
  /** Of those, elements that training changes (0 when frozen). */
  trainable: number
  /** Inputs arrived and the layer accepted them. */
  complete: boolean
  /** Why the layer refused; absent also when it only waits for an input. */
  problem?: LayerProblem
}

export interface DocumentInference {
  nodes: Readonly<Record<NodeId, NodeInference>>
  /** Topological order without nodes on or behind cycles. */
  order: readonly NodeId[]
  cycles: readonly (readonly NodeId[])[]
  parameters: number
  trainable: number
  nonTrainable: number
}

interface Memo {
  declaration: LayerDeclaration | undefined
  params: EffectiveParams
  /** Results by input shapes; a node rarely sees more than a few. */
  results: Map<string, NodeInference>
  dataset: DatasetSignature | undefined
}

/** Results live as long as the node object: an edit makes a new one. */
const memos = new WeakMap<GraphNode, Memo>()

const MOST_RESULTS = 8

/**
 * Shapes, weights and parameter counts of every node. Never throws: a node that cannot be inferred carries its problem, nodes
 * after it wait, and everything else is inferred. Unchanged nodes with unchanged inputs are not computed again.
 */
export function inferDocument(document: GraphDocument, dataset?: DatasetSignature): DocumentInference {
  const { order, cycles } = topologyOf(document)
  const connections = connectionsOf(document)
  const nodes: Record<NodeId, NodeInference> = {}
  for (const id of order) {
    const node = document.nodes[id] as GraphNode
    nodes[id] = inferNode(node, arriving(node, connections, document, nodes), dataset)
  }
  for (const node of Object.values(document.nodes)) nodes[node.id] ??= inferNode(node, null, dataset)
  for (const node of Object.values(document.nodes))
    if (node.weightsFrom !== undefined) nodes[node.id] = sharing(document, node, nodes)
  let parameters = 0
  let trainable = 0
  for (const id of order) {
    parameters += (nodes[id] as NodeInference).parameters
    trainable += (nodes[id] as NodeInference).trainable
  }
  return { nodes, order, cycles, parameters, trainable, nonTrainable: parameters - trainable }
}

/** What is known of a node that uses the weights of another: they count there, and must fit. */
function sharing(
  document: GraphDocument,
  node: GraphNode,
  nodes: Readonly<Record<NodeId, NodeInference>>,
): NodeInference {
  const own = nodes[node.id] as NodeInference
  const owner = weightOwner(document, node)
  if (owner === node) return own
  const counted = { ...own, parameters: 0, trainable: 0 }
  const { complete, weights } = nodes[owner.id] as NodeInference
  const problem = own.complete && complete ? weightsProblem(own.weights, { name: owner.name, weights }) : null
  return problem ? { ...counted, complete: false, problem } : counted
}

/** What arrives at the inputs of a node. */
interface Arriving {
  shapes: Shape[]
  masks: MaskShape[]
}

/** Shapes and masks at the inputs of a node; null while one is missing. */
function arriving(
  node: GraphNode,
  connections: Connections,
  document: GraphDocument,
  known: Readonly<Record<NodeId, NodeInference>>,
): Arriving | null {
  const ports = connections.incoming.get(node.id)
  const shapes: Shape[] = []
  const masks: MaskShape[] = []
  for (const port of findLayer(node.type)?.inputs ?? []) {
    const edges = ports?.get(port.name) ?? []
    if (edges.length < leastEdges(port)) return null
    for (const edge of port.variadic ? edges : edges.slice(0, 1)) {
      const source = document.nodes[edge.from.node]
      const index = findLayer(source?.type ?? '')?.outputs.findIndex((output) => output.name === edge.from.port) ?? -1
      const shape = known[edge.from.node]?.outputs[index]
      if (!shape) return null
      shapes.push(shape)
      masks.push(known[edge.from.node]?.masks[index] ?? null)
    }
  }
  return { shapes, masks }
}

/** How many connections a port needs. */
export function leastEdges(port: PortSpec): number {
  if (port.optional) return 0
  return port.variadic ? (port.min ?? 2) : 1
}

function memoOf(node: GraphNode, dataset: DatasetSignature | undefined): Memo {
  const declaration = findLayer(node.type)
  const known = memos.get(node)
  const seesData = declaration?.inputs.length === 0
  if (known && (!seesData || known.dataset === dataset)) return known
  const params = declaration ? effectiveParams(declaration.params, node.params) : {}
  const memo: Memo = { declaration, params, results: new Map(), dataset }
  memos.set(node, memo)
  return memo
}

function inferNode(node: GraphNode, inputs: Arriving | null, dataset: DatasetSignature | undefined): NodeInference {
  const memo = memoOf(node, dataset)
  const key =
    inputs === null
      ? 'waiting'
      : [...inputs.shapes, ...inputs.masks].map((shape) => shape?.join(',') ?? 'none').join(';')
  const known = memo.results.get(key)
  if (known) return known
  const result = compute(node, memo, inputs, dataset)
  if (memo.results.size >= MOST_RESULTS) memo.results.clear()
  memo.results.set(key, result)
  return result
}

function compute(
  node: GraphNode,
  { declaration, params }: Memo,
  arrived: Arriving | null,
  dataset: DatasetSignature | undefined,
): NodeInference {
  const { shapes: inputs, masks: inputMasks } = arrived ?? { shapes: [], masks: [] }
  const nothing = { params, inputs, outputs: [], inputMasks, masks: [], weights: [], parameters: 0, trainable: 0 }
  if (!declaration || arrived === null) return { ...nothing, complete: false }
  const context = { inputs, params, dataset }
  try {
    const outputs = declaration.infer(context)
    const masks = declaration.mask?.infer(inputMasks, context) ?? outputs.map(() => null)
    const weights = declaration.weights(context)
    let parameters = 0
    let trainable = 0
    for (const weight of weights) {
      const count = elementCount(weight.shape)
      parameters += count
      if (weight.trainable && !node.frozen) trainable += count
    }
    return { params, inputs, outputs, inputMasks, masks, weights, parameters, trainable, complete: true }
  } catch (thrown) {
    return { ...nothing, complete: false, problem: problemOf(thrown) }
  }
}
