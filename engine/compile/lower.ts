import { invariant } from '../base/errors.ts'
import { Stream } from '../base/rng.ts'
import { BATCH, elementCount, type Shape } from '../base/shape.ts'
import type { DatasetSignature, NodeId } from '../graph/document.ts'
import type { LowerContext } from '../layers/layer.ts'
import { findOp } from '../ops/registry.ts'
import { lowerLoss } from '../training/losses/over-steps.ts'
import type { GraphBuilder } from './builder.ts'
import { createGraphBuilder } from './graph-builder.ts'
import type { ValueId } from './ir.ts'
import type { ModelLayout, PlacedLayer } from './layout.ts'
import type { CompiledWeight, MetricDeclaration, Objective } from './types.ts'

/** A forward graph under construction. */
export interface Lowered {
  builder: GraphBuilder
  weights: ReadonlyMap<CompiledWeight, ValueId>
  /** What arrives at each Output. */
  predictions: ReadonlyMap<NodeId, ValueId>
  /** Its mask, where it has one. */
  masks: ReadonlyMap<NodeId, ValueId>
  /** What each Input is fed. */
  feeds: ReadonlyMap<NodeId, ValueId>
  /** Values whose size is part of the loss. */
  penalties: readonly ActivityPenalty[]
}

interface ActivityPenalty {
  node: NodeId
  value: ValueId
  l1: number
  l2: number
}

/** Moving statistics of a frozen layer stand still: it runs as in inference, as in Keras. */
function runsInTraining(layer: PlacedLayer, training: boolean): boolean {
  return training && !(layer.node.frozen && layer.weights.some((weight) => !weight.trainable))
}

/** What an op has written onto the storage of `state`, or `state` where none has. */
function overwritten(builder: GraphBuilder, state: ValueId): ValueId {
  for (const node of builder.finish('so far', []).nodes)
    for (const [output, input] of findOp(node.op).inPlace?.(node.inputs.length, node.attributes) ?? [])
      if (node.inputs[input] === state) return node.outputs[output] as ValueId
  return state
}

/** Streams of random numbers by which a layer that is lowered once more is set apart from itself. */
const PASS_STREAMS = 2 ** 20

/** Lowers layers by their declarations, all in order or some of them several times over the same weights. */
export class ForwardPass implements Lowered {
  builder: GraphBuilder
  readonly weights = new Map<CompiledWeight, ValueId>()
  readonly predictions = new Map<NodeId, ValueId>()
  readonly masks = new Map<NodeId, ValueId>()
  readonly feeds = new Map<NodeId, ValueId>()
  readonly outputs = new Map<NodeId, readonly ValueId[]>()
  /** Moving statistics as the last layer that shares them left them, and weights after an update. */
  readonly current = new Map<CompiledWeight, ValueId>()
  penalties: ActivityPenalty[] = []
  readonly #layout: ModelLayout
  readonly #dataset: DatasetSignature
  readonly #training: boolean
  readonly #masked = new Map<NodeId, readonly (ValueId | null)[]>()

  constructor(layout: ModelLayout, dataset: DatasetSignature, training: boolean) {
    this.#layout = layout
    this.#dataset = dataset
    this.#training = training
    this.builder = createGraphBuilder()
  }

  /** Lowers `layers`, of which those that share weights with each other or with themselves in another `pass` hand on their moving statistics. */
  lower(layers: readonly PlacedLayer[], pass = 0, repeated = false): void {
    for (const layer of layers) {
      const { node } = layer
      this.builder.setOrigin(node.id)
      const values = layer.sources.map(({ node: source, output }) => {
        const value = this.outputs.get(source)?.[output]
        invariant(value !== undefined, `${node.name} reads an output that ${source} does not have`)
        return value
      })
      if (node.type === 'input') this.#feed(node)
      else if (node.type === 'output') this.#predict(layer, values[0] as ValueId)
      else this.#lowerLayer(layer, values, pass, repeated || layer.shared)
    }
  }

  #predict(layer: PlacedLayer, value: ValueId): void {
    this.predictions.set(layer.node.id, value)
    const [mask] = this.#masksOf(layer)
    if (mask != null) this.masks.set(layer.node.id, mask)
  }

  #masksOf({ sources }: PlacedLayer): (ValueId | null)[] {
    return sources.map(({ node, output }) => this.#masked.get(node)?.[output] ?? null)
  }

  #feed({ id, name }: PlacedLayer['node']): void {
    const binding = this.#layout.slots.find((slot) => slot.node === id)
    invariant(binding, `the input ${name} has no slot`)
    const fed = this.builder.value('feed', name, [BATCH, ...binding.rowShape], { slot: binding.slot })
    this.feeds.set(id, fed)
    this.outputs.set(id, [fed])
  }

  #lowerLayer(layer: PlacedLayer, values: readonly ValueId[], pass: number, shared: boolean): void {
    const { node, declaration, inference } = layer
    const { builder, weights, current } = this
    const own: Record<string, ValueId> = {}
    for (const weight of layer.weights) {
      const role = weight.trainable ? 'parameter' : 'state'
      if (!weights.has(weight)) weights.set(weight, builder.value(role, weight.path, weight.shape))
      own[weight.name] = current.get(weight) ?? (weights.get(weight) as ValueId)
    }
    invariant(declaration.lower, `the layer ${declaration.type} has no lowering`)
    const context: LowerContext = {
      builder,
      inputs: inference.inputs,
      params: inference.params,
      dataset: this.#dataset,
      values,
      masks: this.#masksOf(layer),
      weights: own,
      training: runsInTraining(layer, this.#training),
      stream: Stream.layers + layer.ordinal + pass * PASS_STREAMS,
      penalize: (value, { l1, l2 }) => this.penalties.push({ node: node.id, value, l1, l2 }),
    }
    this.outputs.set(node.id, declaration.lower(context))
    if (declaration.mask && inference.masks.some((mask) => mask !== null))
      this.#masked.set(node.id, declaration.mask.lower(context))
    if (shared)
      for (const weight of layer.weights)
        if (!weight.trainable) current.set(weight, overwritten(builder, own[weight.name] as ValueId))
  }
}

/** Lowers all layers in order by their declarations. */
export function lowerForward(layout: ModelLayout, dataset: DatasetSignature, training: boolean): Lowered {
  const forward = new ForwardPass(layout, dataset, training)
  forward.lower(layout.layers)
  return forward
}

/** Accumulators that a metric takes. */
export function partsOf({ parts = 1 }: Pick<MetricDeclaration, 'parts'>, prediction: Shape): number {
  return typeof parts === 'number' ? parts : parts(prediction)
}

/** Names of the accumulators: the total loss, then the parts of the metrics of each objective (after the Output's name where there are several). */
export function accumulatorNames(layout: ModelLayout): string[] {
  const several = layout.objectives.length > 1
  const nameOf = new Map(layout.outputs.map((output) => [output.node, output.name]))
  const shapeOf = (node: NodeId): Shape => [
    BATCH,
    ...(layout.outputs.find((output) => output.node === node)?.rowShape ?? []),
  ]
  const metrics = layout.objectives.flatMap((objective) =>
    objective.metrics.flatMap((metric) => {
      const name = several ? `${nameOf.get(objective.output)}_${metric.type}` : metric.type
      return Array.from({ length: partsOf(metric, shapeOf(objective.output)) }, (_, part) =>
        part === 0 ? name : `${name} part ${part + 1}`,
      )
    }),
  )
  return ['loss', ...metrics]
}

/** What a prediction is compared with: rows of a target column, or what an Input was fed. */
function targetOf(layout: ModelLayout, { builder, feeds }: Lowered, { output, reconstruction }: Objective): ValueId {
  if (reconstruction) {
    const fed = feeds.get(reconstruction.input)
    invariant(fed !== undefined, `${reconstruction.input} is no Input of the model`)
    return fed
  }
  const binding = layout.slots.find((slot) => slot.kind === 'target' && slot.node === output)
  invariant(binding, `the objective of ${output} has no target`)
  const shape = [BATCH, ...binding.rowShape]
  return builder.value('feed', `target of ${binding.columns.join(', ')}`, shape, { slot: binding.slot })
}

/**
 * Appends losses, penalties and metrics: accumulators receive sums over samples; returned is the scalar to differentiate, the sum of
 * weight * mean loss over the batch and of all penalties. Steps that the mask of a prediction leaves out count nothing. While training, each sample's loss is multiplied by its weight where there are
 * some; the mean is over the number of samples all the same, as in Keras.
 */
export function lowerObjectives(layout: ModelLayout, lowered: Lowered, training: boolean): ValueId {
  const { builder, predictions, masks, penalties } = lowered
  const terms: ValueId[] = []
  let accumulator = 1
  for (const objective of layout.objectives) {
    const prediction = predictions.get(objective.output)
    invariant(prediction !== undefined, `the objective of ${objective.output} has no prediction`)
    builder.setOrigin(objective.output)
    const target = targetOf(layout, lowered, objective)
    const mask = masks.get(objective.output) ?? null
    const losses = lowerLoss(builder, objective.loss, prediction, target, mask)
    const weights = training && layout.slots.find((slot) => slot.kind === 'weight' && slot.node === objective.output)
    const counted = weights
      ? builder.emitOne('multiply', [losses, builder.value('feed', 'sample weights', [BATCH], { slot: weights.slot })])
      : losses
    const weighted = builder.emitOne('scale', [counted], { factor: objective.weight })
    builder.emit('accumulate', [weighted], { slot: 0 })
    terms.push(builder.emitOne('batch_mean', [weighted]))
    for (const metric of objective.metrics) {
      const parts = [metric.lower(builder, prediction, target, accumulator, mask)].flat()
      const count = partsOf(metric, builder.shapeOf(prediction))
      invariant(parts.length === count || parts.length === 0, `${metric.type} is made from ${parts.length} parts`)
      for (const [part, value] of parts.entries()) builder.emit('accumulate', [value], { slot: accumulator + part })
      accumulator += count
    }
  }
  terms.push(...lowerPenalties(builder, lowered.weights, penalties))
  builder.setOrigin('')
  return builder.emitOne('add', terms, {}, { name: 'loss' })
}

/** Penalties on weights and on values, each a scalar; the accumulator of the loss receives them too. */
export function lowerPenalties(
  builder: GraphBuilder,
  weights: Iterable<readonly [CompiledWeight, ValueId]>,
  penalties: readonly ActivityPenalty[],
): ValueId[] {
  const terms: ValueId[] = []
  for (const [weight, value] of weights) {
    builder.setOrigin(weight.node)
    for (const norm of ['l1', 'l2'] as const) {
      const factor = weight.regularizer?.[norm] ?? 0
      if (factor === 0) continue
      const penalty = builder.emitOne(`${norm}_penalty`, [value], { factor })
      builder.emit('accumulate', [penalty], { slot: 0, perSample: true })
      terms.push(penalty)
    }
  }
  for (const { node, value, l1, l2 } of penalties) {
    builder.setOrigin(node)
    const shape = builder.shapeOf(value)
    const zeros = builder.emitOne('fill', [], { value: 0 }, { shape })
    for (const [op, factor] of [
      ['mean_absolute_error', l1],
      ['mean_squared_error', l2],
    ] as const) {
      if (factor === 0) continue
      const mean = builder.emitOne(op, [value, zeros])
      const penalty = builder.emitOne('scale', [mean], { factor: factor * elementCount(shape.slice(1)) })
      builder.emit('accumulate', [penalty], { slot: 0 })
      terms.push(builder.emitOne('batch_mean', [penalty]))
    }
  }
  return terms
}
