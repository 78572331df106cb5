import { freemem, totalmem } from 'node:os'
import { LaminaError } from '../base/errors.ts'
import { type CompiledModel, initializeWeights, type Objective } from '../compile/compile.ts'
import type { DatasetDescription, FittedPreprocessing, Split, Table } from '../data/dataset.ts'
import type { DatasetSignature, GraphDocument } from '../graph/document.ts'
import type { DataSlot, NativeAddon } from '../native/program.ts'
import type { Checkpoint, Resume } from './checkpoint.ts'
import type { EpochRecord } from './history.ts'
import type { TrainingPlan } from './plan.ts'
import { parsePlan } from './plan-parse.ts'
import { applyInitialWeights, type SourceTensor } from './plan-weights.ts'
import { bindSlots, onlyColumn, prepareData, wantedRows } from './prepare.ts'
import { isAdversarial, learningRatesOf, monitorOf, prepareModel, readingsOf } from './prepare-model.ts'
import { PseudoLabeler } from './pseudo-labels.ts'
import { classWeightsOf } from './sample-weights.ts'
import { TrainingControl } from './trainer-control.ts'
import type { TrainingEvent } from './trainer-events.ts'
import { TrainingLoop } from './trainer-loop.ts'
import { ModelSession, threadsFor } from './trainer-session.ts'

export interface TrainerDependencies {
  native: NativeAddon
  /** Bytes a run may take, data included; default: most of the machine's free memory. */
  memoryBudget?: number
}

export interface TrainRequest {
  document: GraphDocument
  plan: TrainingPlan
  description: DatasetDescription
  table: Table
  split: Split
  /** Default: the plan's. */
  seed?: number
  /** Default: the plan's; 0 = all cores. Results do not depend on it. */
  threads?: number
  control?: TrainingControl
  onEvent?(event: TrainingEvent): void
  /** Keeps all checkpoints it is given, or none (one transaction). */
  save?(checkpoints: readonly Checkpoint[]): void
  resumeFrom?: Resume
  /** State that was fitted when the run began; must be given with `resumeFrom` when the data could have changed. */
  fitted?: FittedPreprocessing
  /** Persistent memory to begin with instead of fresh initial weights. */
  initialPersistent?: Float32Array
  /** Weights of the run that the plan starts from. Throws `training.initial-weights-*`. */
  initialWeights?: readonly SourceTensor[]
}

/** Everything that later use of a trained model needs. */
export interface TrainedModel {
  compiled: CompiledModel
  objectives: readonly Objective[]
  fitted: FittedPreprocessing
  signature: DatasetSignature
  /** Persistent memory: weights, moving statistics, optimiser slots. */
  persistent: Float32Array
}

export interface RunOutcome {
  status: 'completed' | 'stopped'
  reason: 'epochs' | 'early-stopping' | 'stopped'
  history: EpochRecord[]
  /** The model as it is to be used: of the best epoch where early stopping restores it, else of the last. */
  model: TrainedModel
  /** Which checkpoint `model` is, and its epoch. */
  restored: 'best' | 'last'
  epoch: number
  /** Metrics of that epoch. */
  metrics: Readonly<Record<string, number>>
  /** Where training ended; resuming begins here. */
  last: Checkpoint
  best: Checkpoint | null
  /** The split without rows that were left out for missing cells. */
  split: Split
  /** Wall time of training, over all sessions of the run. */
  seconds: number
  threads: number
}

export interface Trainer {
  /**
   * Trains a model. Resolves when it is done or stopped; throws `training.diverged`, `training.memory`,
   * `training.batch-larger-than-data`, `plan.*`, the document's first error, and errors of the data.
   */
  train(request: TrainRequest): Promise<RunOutcome>
}

export function createTrainer(dependencies: TrainerDependencies): Trainer {
  return { train: (request) => train(dependencies, request) }
}

async function train({ native, memoryBudget }: TrainerDependencies, request: TrainRequest): Promise<RunOutcome> {
  const { document, description, table } = request
  const plan = parsePlan(request.plan)
  const seed = request.seed ?? plan.seed
  const threads = threadsFor(request.threads ?? plan.threads, native)
  const { split, fitted, signature } = prepareData(
    table,
    description,
    request.split,
    request.fitted,
    wantedRows(document, plan),
  )
  const prepared = prepareModel({ document, plan, signature, trainRows: split.train.length })
  const { compiled, objectives } = prepared
  const monitor = monitorOf(plan, prepared, split.validation.length)
  const { train: rows, unlabelled } = split
  const weights = { classWeight: plan.classWeight, sampleWeight: plan.sampleWeight, rows, ...(unlabelled && { unlabelled }) } // biome-ignore format: one value
  const slots = bindSlots(compiled.slots, table, fitted, { targets: true, weights })
  refuseBeyondMemory(compiled, slots, memoryBudget ?? Math.max(freemem(), totalmem() / 2))
  const session = new ModelSession(native, compiled, { threads, seed, precision: plan.precision })
  try {
    session.bind(slots)
    const initial = request.initialPersistent?.slice() ?? initializeWeights(compiled, seed)
    applyInitialWeights(initial, compiled, request.initialWeights, plan.initialWeights)
    session.load(initial)
    request.onEvent?.({
      type: 'started',
      epoch: request.resumeFrom?.last.epoch ?? 0,
      epochs: plan.epochs,
      stepsPerEpoch: Math.ceil(split.train.length / plan.batchSize),
      trainSamples: split.train.length,
      unlabelledSamples: unlabelled?.length ?? 0,
      validationSamples: split.validation.length,
      parameters: compiled.report.parameters,
      peakBytes: compiled.report.peakBytes,
      threads,
    })
    const result = await new TrainingLoop({
      session,
      plan,
      rows: split,
      ...(unlabelled && {
        pseudoLabels: new PseudoLabeler({
          session,
          settings: plan.pseudoLabels,
          bindings: compiled.slots,
          slots,
          rows: { train: split.train, unlabelled },
          classWeights: classWeightsFor(plan, compiled, table, fitted, split.train),
        }),
      }),
      seed,
      learningRates: learningRatesOf(plan, prepared, {
        stepsPerEpoch: Math.ceil(split.train.length / plan.batchSize),
        watched: monitor,
      }),
      readings: readingsOf(prepared, fitted),
      monitor,
      adversarial: isAdversarial(prepared),
      control: request.control ?? new TrainingControl(),
      resume: request.resumeFrom,
      save: request.save,
      onEvent: request.onEvent,
    }).run()
    const { enabled, restoreBest } = plan.earlyStopping
    const restored = enabled && restoreBest && result.best ? 'best' : 'last'
    const used = restored === 'best' ? (result.best as Checkpoint) : result.last
    return {
      ...result,
      model: { compiled, objectives, fitted, signature, persistent: used.persistent },
      restored,
      epoch: used.epoch,
      metrics: result.history.find(({ epoch }) => epoch === used.epoch)?.metrics ?? {},
      split,
      seconds: result.last.state.seconds,
      threads,
    }
  } finally {
    session.dispose()
  }
}

/** Balanced weights of the classes of the target, counted over labelled rows. */
function classWeightsFor(
  plan: TrainingPlan,
  { slots }: CompiledModel,
  table: Table,
  fitted: FittedPreprocessing,
  rows: Int32Array,
): number[] | null {
  if (plan.classWeight !== 'balanced') return null
  const binding = slots.find(({ kind }) => kind === 'target')
  return classWeightsOf(table, fitted, binding && onlyColumn(binding), rows)?.weights ?? null
}

function refuseBeyondMemory(compiled: CompiledModel, slots: readonly DataSlot[], budget: number): void {
  const data = slots.reduce((sum, slot) => sum + slot.data.byteLength, 0)
  const needed = compiled.report.peakBytes + data
  if (needed <= budget) return
  throw new LaminaError({
    code: 'training.memory',
    message: 'Training would not fit into memory.',
    where: 'training.batchSize',
    expected: `at most ${megabytes(budget)}`,
    received: `${megabytes(needed)}: ${megabytes(compiled.report.peakBytes)} for the network, ${megabytes(data)} for the data`,
    fix: 'Use a smaller batch size or fewer units, or close other programs.',
    data: { needed, budget, network: compiled.report.peakBytes, data },
  })
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
