import { LaminaError } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import type { PersistentEntry, Program } from '../native/program.ts'
import { findOp } from '../ops/registry.ts'
import { adversarialOf, stageAdversarialInference, stageAdversarialTraining } from './adversarial.ts'
import { differentiate } from './differentiate.ts'
import { emitProgram } from './emit.ts'
import { fuseKernels, fuseLosses } from './fuse.ts'
import { fusePooling } from './fuse-pooling.ts'
import { createGraphBuilder } from './graph-builder.ts'
import type { IrGraph, ValueId } from './ir.ts'
import { layoutModel, type ModelLayout } from './layout.ts'
import { accumulatorNames, type Lowered, lowerForward, lowerObjectives } from './lower.ts'
import { schedule } from './schedule.ts'
import { simplify } from './simplify.ts'
import type { CompiledModel, CompileRequest, CostReport } from './types.ts'
import { lowerUpdate, type OptimizerSlots } from './update.ts'
import { verify } from './verify.ts'

export { initializeWeights } from './initialize.ts'
export type * from './types.ts'

/** A graph on its way to a program, with the place of every persistent value. */
interface Staged {
  graph: IrGraph
  persistent: Map<ValueId, number>
}

/** Runs the passes that every graph goes through after it is complete, each verified. */
function optimize(graph: IrGraph, batchCapacity: number): IrGraph {
  const simplified = verify(simplify(graph), 'simplify')
  const fused = verify(fuseKernels(simplified), 'fuse')
  const pooled = verify(fusePooling(fused), 'fuse pooling')
  return verify(schedule(pooled, batchCapacity), 'schedule')
}

function weightOffsets(lowered: Lowered): Map<ValueId, number> {
  return new Map([...lowered.weights].map(([weight, value]) => [value, weight.offset] as const))
}

/** Forward in training mode, loss, gradients, update. Places optimiser slots after the weights. */
function stageTraining(request: CompileRequest, layout: ModelLayout): Staged & { slots: OptimizerSlots } {
  if (adversarialOf(layout)) {
    const game = stageAdversarialTraining(request, layout)
    return { ...game, graph: optimize(game.graph, request.batchSize) }
  }
  const lowered = lowerForward(layout, request.dataset, true)
  const loss = lowerObjectives(layout, lowered, true)
  const forward = verify(lowered.builder.finish('train', [], loss), 'lower')
  const trained = layout.weights.filter((weight) => weight.trainable && !weight.frozen)
  const idOf = (weight: (typeof trained)[number]): ValueId => lowered.weights.get(weight) as ValueId
  const { graph, gradients } = differentiate(verify(fuseLosses(forward), 'fuse losses'), trained.map(idOf))
  verify(graph, 'differentiate')

  const persistent = weightOffsets(lowered)
  const builder = createGraphBuilder(graph)
  const variables = trained.flatMap((weight) => {
    const gradient = gradients.get(idOf(weight)) ?? null
    return gradient === null ? [] : [{ weight, parameter: idOf(weight), gradient }]
  })
  const slots = lowerUpdate(builder, request.optimizer, variables, layout.weightFloats)
  for (const [value, offset] of slots.offsets) persistent.set(value, offset)
  // The scalar itself is not asked for any more: accumulators hold its parts.
  const complete = verify({ ...builder.finish('train', []), updateEvery: slots.every }, 'optimizer')
  return { graph: optimize(complete, request.batchSize), persistent, slots }
}

/** Forward in inference mode; with targets, losses and metrics too. */
function stageInference(
  request: CompileRequest,
  layout: ModelLayout,
  averages: OptimizerSlots['averages'],
  name: 'evaluate' | 'predict',
): Staged {
  const { graph: forward, weights } = adversarialOf(layout)
    ? stageAdversarialInference(request, layout, name)
    : inferenceGraph(request, layout, name)
  const graph = optimize(forward, evaluationBatch(request))
  const persistent = new Map<ValueId, number>()
  // Where weights are averaged, the averages are the model.
  for (const [weight, value] of weights) persistent.set(value, averages.get(weight) ?? weight.offset)
  return { graph, persistent }
}

/** Masks by which the errors of what is given back are told. */
function reconstructionMasks(layout: ModelLayout): CompiledModel['masks'] {
  const given = new Set(layout.objectives.flatMap(({ output, reconstruction }) => (reconstruction ? [output] : [])))
  return layout.layers.flatMap(({ node, inference }) => {
    const mask = given.has(node.id) ? inference.inputMasks[0] : null
    return mask ? [{ node: node.id, rowShape: mask.slice(1) }] : []
  })
}

function inferenceGraph(request: CompileRequest, layout: ModelLayout, name: 'evaluate' | 'predict') {
  const lowered = lowerForward(layout, request.dataset, false)
  if (name === 'evaluate') lowerObjectives(layout, lowered, false)
  const outputs = layout.outputs.map((output) => ({
    name: output.name,
    value: lowered.predictions.get(output.node) as ValueId,
  }))
  if (name === 'predict')
    for (const { node } of reconstructionMasks(layout))
      outputs.push({ name: 'mask', value: lowered.masks.get(node) as ValueId })
  const forward = verify(lowered.builder.finish(name, outputs), 'lower')
  return { graph: verify(fuseLosses(forward), 'fuse losses'), weights: lowered.weights }
}

function evaluationBatch(request: CompileRequest): number {
  return request.evaluationBatchSize ?? request.batchSize
}

/** Forward operations of one sample by document node. */
function flopsByOrigin(graph: IrGraph): Map<string, number> {
  const flops = new Map<string, number>()
  for (const node of graph.nodes) {
    const shapeOf = (id: ValueId): Shape => graph.values.get(id)?.shape ?? []
    const inputs = node.inputs.map((input) => (input === null ? null : shapeOf(input)))
    const own = findOp(node.op).flops(inputs, node.outputs.map(shapeOf), node.attributes)
    flops.set(node.origin, (flops.get(node.origin) ?? 0) + own)
  }
  return flops
}

const sum = (numbers: Iterable<number>): number => {
  let total = 0
  for (const number of numbers) total += number
  return total
}

function reportCost(
  layout: ModelLayout,
  graphs: CompiledModel['graphs'],
  programs: readonly Program[],
  persistentFloats: number,
): CostReport {
  const forward = flopsByOrigin(graphs.predict)
  const layers = layout.layers.map(({ node, inference }) => ({
    node: node.id,
    name: node.name,
    type: node.type,
    outputShapes: [...inference.outputs],
    parameters: inference.parameters,
    trainable: inference.trainable,
    flops: forward.get(node.id) ?? 0,
  }))
  const parameters = sum(layers.map((layer) => layer.parameters))
  const trainable = sum(layers.map((layer) => layer.trainable))
  const arena = Math.max(...programs.map((program) => program.arenaFloats))
  const constants = sum(programs.map((program) => program.constants.length))
  return {
    layers,
    parameters,
    trainable,
    nonTrainable: parameters - trainable,
    flopsPerSample: sum(forward.values()),
    trainingFlopsPerSample: sum(flopsByOrigin(graphs.train).values()),
    peakBytes: 4 * (arena + constants + persistentFloats),
  }
}

function checkRequest(request: CompileRequest): void {
  for (const [name, size] of [
    ['batchSize', request.batchSize],
    ['evaluationBatchSize', evaluationBatch(request)],
  ] as const)
    if (!Number.isSafeInteger(size) || size < 1)
      throw new LaminaError({
        code: 'compile.batch-size',
        message: 'The batch size is not valid.',
        where: name,
        expected: 'a whole number of at least 1',
        received: String(size),
        fix: 'Choose a batch size such as 32.',
      })
  if (request.objectives.length === 0)
    throw new LaminaError({
      code: 'compile.no-objective',
      message: 'There is nothing to train for: no Output has a target.',
      expected: 'at least one Output with a target and a loss',
      received: 'none',
      fix: 'Choose a target column at an Output.',
    })
}

/**
 * Compiles a document into the three programs of a session and all that is needed to feed and read them.
 *
 * Throws what `layoutModel` throws, `compile.batch-size`, `compile.no-objective`, `compile.not-differentiable`, `compile.rank`, and
 * `compile.memory` when a session would need more than the budget.
 */
export function compileModel(request: CompileRequest): CompiledModel {
  checkRequest(request)
  const layout = layoutModel(request)
  const train = stageTraining(request, layout)
  const evaluate = stageInference(request, layout, train.slots.averages, 'evaluate')
  const predict = stageInference(request, layout, train.slots.averages, 'predict')
  const accumulators = accumulatorNames(layout)
  const emit = (staged: Staged, batchCapacity: number, count: number): Program =>
    emitProgram(staged.graph, { batchCapacity, persistent: staged.persistent, accumulators: count })
  const programs = {
    train: emit(train, request.batchSize, accumulators.length),
    evaluate: emit(evaluate, evaluationBatch(request), accumulators.length),
    predict: emit(predict, evaluationBatch(request), 0),
  }
  const graphs = { train: train.graph, evaluate: evaluate.graph, predict: predict.graph }
  const persistentFloats = train.slots.floats
  const report = reportCost(layout, graphs, Object.values(programs), persistentFloats)
  const { memoryBudget } = request
  if (memoryBudget !== undefined && report.peakBytes > memoryBudget)
    throw new LaminaError({
      code: 'compile.memory',
      message: 'Training this network would need more memory than there is.',
      expected: `at most ${memoryBudget} bytes`,
      received: `${report.peakBytes} bytes at a batch size of ${request.batchSize}`,
      fix: 'Use a smaller batch size or smaller layers.',
      data: { bytes: report.peakBytes, budget: memoryBudget },
    })
  const weightEntries = layout.weights.map(
    ({ path, trainable, offset, shape }): PersistentEntry => ({
      name: path,
      role: trainable ? 'parameter' : 'state',
      offset,
      shape,
    }),
  )
  return {
    programs,
    graphs,
    persistent: [...weightEntries, ...train.slots.entries],
    persistentFloats,
    weights: layout.weights.map((weight) => ({
      ...weight,
      usedOffset: train.slots.averages.get(weight) ?? weight.offset,
    })),
    slotInitials: train.slots.initials,
    slots: layout.slots,
    accumulators,
    outputs: layout.outputs,
    masks: reconstructionMasks(layout),
    report,
  }
}
