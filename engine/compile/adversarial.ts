import { invariant } from '../base/errors.ts'
import type { NodeId } from '../graph/document.ts'
import { differentiate } from './differentiate.ts'
import { fuseLosses } from './fuse.ts'
import { createGraphBuilder } from './graph-builder.ts'
import type { IrGraph, ValueId } from './ir.ts'
import type { ModelLayout, PlacedLayer } from './layout.ts'
import { ForwardPass, lowerPenalties } from './lower.ts'
import {
  type Adversarial,
  adversarialMeasures,
  type CompiledWeight,
  type CompileRequest,
  type Objective,
} from './types.ts'
import { lowerUpdate, type OptimizerSlots } from './update.ts'
import { verify } from './verify.ts'

/** Of the prediction of a discriminator from which on a sample passes for real, whatever the loss: the labels are 0 and 1. */
const THRESHOLD = 0.5

/** The objective of a GAN; undefined for every other model. */
export function adversarialOf(layout: ModelLayout): (Objective & { adversarial: Adversarial }) | undefined {
  const found = layout.objectives.find((objective) => objective.adversarial)
  return found as (Objective & { adversarial: Adversarial }) | undefined
}

/** The forward passes of a GAN: everything before the junction once, what stands behind it over real or generated samples. */
class Game {
  readonly forward: ForwardPass
  readonly real: ValueId
  readonly generated: ValueId
  readonly #objective: Objective & { adversarial: Adversarial }
  readonly #behind: readonly PlacedLayer[]

  constructor(request: CompileRequest, layout: ModelLayout, training: boolean) {
    this.#objective = adversarialOf(layout)!
    const { junction, discriminator } = this.#objective.adversarial
    const place = layout.layers.find(({ node }) => node.id === junction)
    invariant(place, `the junction ${junction} is not part of the model`)
    this.#behind = layout.layers.filter(({ node }) => discriminator.has(node.id))
    this.forward = new ForwardPass(layout, request.dataset, training)
    this.forward.lower(layout.layers.filter(({ node }) => node.id !== junction && !discriminator.has(node.id)))
    const [real, generated] = place.sources.map(({ node, output }) => this.forward.outputs.get(node)?.[output])
    invariant(real !== undefined && generated !== undefined, `an input of the junction ${junction} is missing`)
    this.real = real
    this.generated = generated
  }

  /** Values that later passes read, so that no pass in between takes them for dead. */
  get kept(): { name: string; value: ValueId }[] {
    return [{ name: 'generated', value: this.generated }]
  }

  /** What the discriminator says of samples; each `pass` draws its own dropout and hands on moving statistics. */
  judge(samples: ValueId, pass: number): ValueId {
    this.forward.outputs.set(this.#objective.adversarial.junction, [samples])
    this.forward.lower(this.#behind, pass, true)
    return this.forward.predictions.get(this.#objective.output) as ValueId
  }

  /** The mean loss over the batch when `prediction` ought to be `label`; its parts go to the accumulators of the loss and of `measure`. */
  loss(prediction: ValueId, label: 0 | 1, measure: (typeof adversarialMeasures)[number]): ValueId {
    const { builder } = this.forward
    builder.setOrigin(this.#objective.output)
    const losses = this.#objective.loss.lower(builder, prediction, this.#labels(prediction, label))
    const weighted = builder.emitOne('scale', [losses], { factor: this.#objective.weight })
    builder.emit('accumulate', [weighted], { slot: 0 })
    this.#accumulate(weighted, measure)
    return builder.emitOne('batch_mean', [weighted])
  }

  /** Counts how often the discriminator is right. */
  score(prediction: ValueId, label: 0 | 1, measure: (typeof adversarialMeasures)[number]): void {
    const inputs = [prediction, this.#labels(prediction, label)]
    this.#accumulate(this.forward.builder.emitOne('binary_accuracy', inputs, { threshold: THRESHOLD }), measure)
  }

  #labels(prediction: ValueId, label: 0 | 1): ValueId {
    const { builder } = this.forward
    return builder.emitOne('fill', [], { value: label }, { shape: builder.shapeOf(prediction) })
  }

  #accumulate(value: ValueId, measure: (typeof adversarialMeasures)[number]): void {
    this.forward.builder.emit('accumulate', [value], { slot: 1 + adversarialMeasures.indexOf(measure) })
  }
}

/** A graph with the places of its persistent values, and what the optimisers of both networks keep. */
interface StagedGame {
  graph: IrGraph
  persistent: Map<ValueId, number>
  slots: OptimizerSlots
}

/**
 * One step of both networks in one graph, as the DCGAN examples of PyTorch and TensorFlow train: G(z); D of the real batch and of the generated
 * one, each with statistics of its own; the discriminator's update; D of the same generated batch with the new weights; the generator's update. Generated
 * samples are constants to the discriminator's gradient, the discriminator's new weights to the generator's.
 */
export function stageAdversarialTraining(request: CompileRequest, layout: ModelLayout): StagedGame {
  const game = new Game(request, layout, true)
  const { forward } = game
  const { discriminator, generator } = adversarialOf(layout)!.adversarial
  const trained = layout.weights.filter((weight) => weight.trainable && !weight.frozen)
  const of = (nodes: ReadonlySet<NodeId>): CompiledWeight[] => trained.filter((weight) => nodes.has(weight.node))
  const generatorPenalties = forward.penalties
  forward.penalties = []

  const onReal = game.judge(game.real, 0)
  const onGenerated = game.judge(game.generated, 1)
  const terms = [game.loss(onReal, 1, 'discriminator_loss'), game.loss(onGenerated, 0, 'discriminator_loss')]
  game.score(onReal, 1, 'real_accuracy')
  game.score(onGenerated, 0, 'generated_accuracy')
  const idsOf = (weights: readonly CompiledWeight[]) =>
    weights.map((weight) => [weight, forward.weights.get(weight) as ValueId] as const)
  const discriminators = of(discriminator)
  terms.push(...lowerPenalties(forward.builder, idsOf(discriminators), forward.penalties))
  const { optimizer, generatorOptimizer } = request
  const first = improve(game, { optimizer, weights: discriminators, terms, floats: layout.weightFloats })
  for (const [weight, value] of first.slots.updated) forward.current.set(weight, value)

  forward.penalties = generatorPenalties
  const generators = of(generator)
  const fooled = [game.loss(game.judge(game.generated, 2), 1, 'generator_loss')]
  fooled.push(...lowerPenalties(forward.builder, idsOf(generators), generatorPenalties))
  const second = improve(game, {
    optimizer: generatorOptimizer ?? optimizer,
    rate: generatorOptimizer ? 1 : 0,
    weights: generators,
    terms: fooled,
    floats: first.slots.floats,
    constants: new Set(first.slots.updated.values()),
  })

  const persistent = new Map([...forward.weights].map(([weight, value]) => [value, weight.offset] as const))
  const offsets = new Map([...first.slots.offsets, ...second.slots.offsets])
  for (const [value, offset] of offsets) persistent.set(value, offset)
  const slots = {
    ...second.slots,
    entries: [...first.slots.entries, ...second.slots.entries],
    initials: [...first.slots.initials, ...second.slots.initials],
    averages: new Map([...first.slots.averages, ...second.slots.averages]),
    updated: new Map([...first.slots.updated, ...second.slots.updated]),
    offsets,
  }
  const graph = generatorOptimizer ? { ...second.graph, learningRates: 2 } : second.graph
  return { graph, persistent, slots }
}

/** One turn of a network: what it learns, from what, and how. */
interface Turn {
  optimizer: CompileRequest['optimizer']
  /** Number of its learning rate; the first when left out. */
  rate?: number
  weights: readonly CompiledWeight[]
  /** What is added up to its loss. */
  terms: readonly ValueId[]
  /** Persistent floats taken so far. */
  floats: number
  /** Values that have no gradient here. */
  constants?: ReadonlySet<ValueId>
}

/** Appends gradients of the sum of `terms` by `weights` and their update; further passes go on from there. */
function improve(game: Game, { optimizer, rate, weights, terms, floats, constants = new Set() }: Turn) {
  const { forward } = game
  forward.builder.setOrigin('')
  const loss = forward.builder.emitOne('add', terms, {}, { name: 'loss' })
  const lowered = verify(forward.builder.finish('train', game.kept, loss), 'lower')
  const fused = verify(fuseLosses(lowered), 'fuse losses')
  const idOf = (weight: CompiledWeight): ValueId => forward.weights.get(weight) as ValueId
  const { graph, gradients } = differentiate(fused, weights.map(idOf), constants)
  const builder = createGraphBuilder(verify(graph, 'differentiate'))
  const variables = weights.flatMap((weight) => {
    const gradient = gradients.get(idOf(weight)) ?? null
    return gradient === null ? [] : [{ weight, parameter: idOf(weight), gradient }]
  })
  const slots = lowerUpdate(builder, optimizer, variables, floats, rate)
  forward.builder = builder
  // The scalar is not asked for any more: accumulators hold its parts.
  return { graph: verify(builder.finish('train', []), 'optimizer'), slots }
}

/** Forward in inference mode: generated samples; to be evaluated, what the discriminator makes of them and of the data. */
export function stageAdversarialInference(
  request: CompileRequest,
  layout: ModelLayout,
  name: 'evaluate' | 'predict',
): { graph: IrGraph; weights: ReadonlyMap<CompiledWeight, ValueId> } {
  const game = new Game(request, layout, false)
  if (name === 'evaluate') {
    const onReal = game.judge(game.real, 0)
    const onGenerated = game.judge(game.generated, 1)
    game.loss(onReal, 1, 'discriminator_loss')
    game.loss(onGenerated, 0, 'discriminator_loss')
    game.loss(onGenerated, 1, 'generator_loss')
    game.score(onReal, 1, 'real_accuracy')
    game.score(onGenerated, 0, 'generated_accuracy')
    const { forward } = game
    lowerPenalties(forward.builder, forward.weights, [])
  }
  const outputs = layout.outputs.map((output) => ({ name: output.name, value: game.generated }))
  const graph = verify(game.forward.builder.finish(name, outputs), 'lower')
  return { graph: verify(fuseLosses(graph), 'fuse losses'), weights: game.forward.weights }
}
