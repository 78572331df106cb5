import { invariant, LaminaError } from '../base/errors.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import type { GraphNode, NodeId } from '../graph/document.ts'
import { inferDocument, type NodeInference } from '../graph/infer.ts'
import { weightOwner, weightsProblem } from '../graph/sharing.ts'
import { connectionsOf, reachable } from '../graph/topology.ts'
import { columnsOfTarget, resolveTarget } from '../layers/io/targets.ts'
import type { LayerDeclaration } from '../layers/layer.ts'
import { findLayer } from '../layers/registry.ts'
import { aligned } from './plan-memory.ts'
import type { CompiledWeight, CompileRequest, Objective, SlotBinding, TargetEncoding } from './types.ts'

/** A node that takes part in the model, with all that lowering needs of it. */
export interface PlacedLayer {
  node: GraphNode
  /** It uses weights that another layer uses too. */
  shared: boolean
  declaration: LayerDeclaration
  inference: NodeInference
  /** Sources of its inputs in port order: node and index of the output port. */
  sources: readonly { node: NodeId; output: number }[]
  /** Position in topological order: keys its random numbers. */
  ordinal: number
  /** Its own, or those of the layer it shares them with. */
  weights: readonly CompiledWeight[]
}

/** What all programs of a model share: layers in order, slots, the places of weights. */
export interface ModelLayout {
  layers: readonly PlacedLayer[]
  slots: readonly SlotBinding[]
  weights: readonly CompiledWeight[]
  /** Floats of all weights, padding included; optimiser slots come after them. */
  weightFloats: number
  objectives: readonly Objective[]
  outputs: readonly { node: NodeId; name: string; rowShape: Shape }[]
}

/** Throws the reason why a node cannot be compiled. */
function refuseIncomplete(node: GraphNode, inference: NodeInference | undefined): never {
  if (inference?.problem) throw new LaminaError({ where: node.name, ...inference.problem })
  throw new LaminaError({
    code: findLayer(node.type) ? 'graph.unconnected' : 'graph.unknown-layer',
    message: findLayer(node.type)
      ? `An input of ${node.name} is not connected.`
      : `${node.name} is of the unknown type ${node.type}.`,
    where: node.name,
    expected: findLayer(node.type) ? 'every input connected' : 'a layer of this version of Lamina',
    received: findLayer(node.type) ? 'an open input' : node.type,
    fix: 'Connect it or remove it.',
  })
}

function sourcesOf(request: CompileRequest, node: GraphNode, declaration: LayerDeclaration): PlacedLayer['sources'] {
  const ports = connectionsOf(request.document).incoming.get(node.id)
  return declaration.inputs.flatMap((port) => {
    const edges = ports?.get(port.name) ?? []
    return (port.variadic ? edges : edges.slice(0, 1)).map((edge) => {
      const type = request.document.nodes[edge.from.node]?.type ?? ''
      const output = findLayer(type)?.outputs.findIndex((candidate) => candidate.name === edge.from.port) ?? -1
      return { node: edge.from.node, output }
    })
  })
}

/** Columns that an Input takes, in the order of the data. */
function inputSlot(request: CompileRequest, layer: PlacedLayer, slot: number): SlotBinding {
  const chosen = layer.inference.params.columns as readonly string[]
  const names = request.dataset.features.map((feature) => feature.name)
  const columns = chosen.length === 0 ? names : names.filter((name) => chosen.includes(name))
  const rowShape = (layer.inference.outputs[0] as Shape).slice(1)
  return { slot, kind: 'input', node: layer.node.id, columns, rowShape }
}

function targetSlot(request: CompileRequest, objective: Objective, layer: PlacedLayer, slot: number): SlotBinding {
  const target = resolveTarget(layer.inference.params, request.dataset)
  const prediction = layer.inference.inputs[0] as Shape
  objective.loss.check(prediction, target)
  const perSample = prediction.slice(1)
  const classes = target.classes?.length ?? 0
  // Classes fed as numbers to as many units are one number a unit: one-hot.
  const spread = objective.loss.target === 'value' && classes > 1 && perSample.at(-1) === classes
  const encoding: TargetEncoding = spread ? 'one-hot' : objective.loss.target
  const rowShape = encoding === 'index' ? [1] : perSample
  return { slot, kind: 'target', node: layer.node.id, columns: columnsOfTarget(target), encoding, rowShape }
}

/**
 * Everything about the model that does not depend on the mode: the layers that lead to an Output in topological order, slots of inputs and
 * targets, places of weights.
 *
 * Throws the first problem of the drawing (`graph.cycle`, `graph.unconnected`, a layer's own), `compile.no-output`, `compile.no-objective`,
 * `output.*` for a target that there is not, and what the losses refuse.
 */
export function layoutModel(request: CompileRequest): ModelLayout {
  const { document, dataset, objectives } = request
  const inference = inferDocument(document, dataset)
  const ends = Object.values(document.nodes).filter((node) => node.type === 'output')
  const used = reachable(
    document,
    ends.map((node) => node.id),
    'backward',
  )
  for (const { reconstruction } of objectives) if (reconstruction) used.add(reconstruction.input)
  const cycle = inference.cycles.find((nodes) => nodes.some((id) => used.has(id)))
  if (cycle)
    throw new LaminaError({
      code: 'graph.cycle',
      message: 'The network has a cycle.',
      where: cycle.map((id) => document.nodes[id]?.name ?? id).join(' -> '),
      expected: 'connections that lead from inputs to outputs',
      received: `a cycle of ${cycle.length} layers`,
      fix: 'Remove one of its connections.',
    })
  if (ends.length === 0)
    throw new LaminaError({
      code: 'compile.no-output',
      message: 'The network has no Output.',
      expected: 'at least one Output',
      received: 'none',
      fix: 'Add an Output and connect the last layer to it.',
    })

  const weights: CompiledWeight[] = []
  /** By the node that owns them. */
  const placed = new Map<NodeId, readonly CompiledWeight[]>()
  const users = Object.values(document.nodes).filter((node) => node.weightsFrom !== undefined)
  const shared = new Set(users.map((node) => weightOwner(document, node).id))
  let weightFloats = 0
  const layers: PlacedLayer[] = []
  for (const [ordinal, id] of inference.order.entries()) {
    if (!used.has(id)) continue
    const node = document.nodes[id] as GraphNode
    const declaration = findLayer(node.type)
    const known = inference.nodes[id]
    if (!declaration || !known?.complete) return refuseIncomplete(node, known)
    const owner = weightOwner(document, node)
    const sharers = placed.get(owner.id)
    const problem = sharers && weightsProblem(known.weights, { name: owner.name, weights: sharers })
    if (problem) throw new LaminaError({ where: node.name, ...problem })
    const own: CompiledWeight[] = sharers ? [...sharers] : []
    for (const spec of sharers ? [] : known.weights) {
      const path = `${owner.name}/${spec.name}`
      const frozen = node.frozen === true
      const ordinal = weights.length + own.length
      own.push({ ...spec, node: id, path, offset: weightFloats, usedOffset: weightFloats, frozen, ordinal })
      weightFloats += aligned(elementCount(spec.shape))
    }
    if (!sharers) weights.push(...own)
    placed.set(owner.id, own)
    layers.push({
      node,
      shared: shared.has(owner.id),
      declaration,
      inference: known,
      sources: sourcesOf(request, node, declaration),
      ordinal,
      weights: own,
    })
  }

  const byId = new Map(layers.map((layer) => [layer.node.id, layer] as const))
  const slots: SlotBinding[] = []
  for (const layer of layers) if (layer.node.type === 'input') slots.push(inputSlot(request, layer, slots.length))
  for (const objective of objectives) {
    const layer = byId.get(objective.output)
    invariant(layer?.node.type === 'output', `the objective's ${objective.output} is not an Output of the document`)
    if (!objective.reconstruction && !objective.adversarial)
      slots.push(targetSlot(request, objective, layer, slots.length))
  }
  for (const { weighted, output } of objectives) {
    const columns = slots.find((slot) => slot.kind === 'target' && slot.node === output)?.columns ?? []
    if (weighted) slots.push({ slot: slots.length, kind: 'weight', node: output, columns, rowShape: [] })
  }
  const outputs = layers
    .filter((layer) => layer.node.type === 'output')
    .map(({ node, inference: known }) => {
      // What is asked of a GAN is what it generates, not what its discriminator thinks.
      const junction = objectives.find((objective) => objective.output === node.id)?.adversarial?.junction
      const given = (junction !== undefined && byId.get(junction)?.inference) || known
      return { node: node.id, name: node.name, rowShape: (given.inputs[0] as Shape).slice(1) }
    })
  return { layers, slots, weights, weightFloats, objectives, outputs }
}
