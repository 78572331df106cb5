import { LaminaError } from '../base/errors.ts'
import { BATCH } from '../base/shape.ts'
import { type CompiledModel, type CompileRequest, compileModel, type Objective } from '../compile/compile.ts'
import { partsOf } from '../compile/lower.ts'
import type { FittedPreprocessing } from '../data/dataset.ts'
import type { DatasetSignature, GraphDocument } from '../graph/document.ts'
import { inferDocument } from '../graph/infer.ts'
import { validateDocument } from '../graph/validate.ts'
import { resolveTarget } from '../layers/io/targets.ts'
import { effectiveParams } from '../layers/param-check.ts'
import { type EpochRecord, seriesOf, VALIDATION } from './history.ts'
import { adversarialPlanProblems } from './objective-adversarial.ts'
import { pseudoLabelsProblem } from './objective-pseudo-labels.ts'
import { objectivesOf, resolveOutputs } from './objectives.ts'
import { findOptimizer, optimizers } from './optimizers/registry.ts'
import type { TrainingPlan } from './plan.ts'
import { choiceParams, SAME } from './plan-choices.ts'
import { findSchedule, scheduledLearningRate } from './schedules/registry.ts'

/** Samples that `evaluate` and `predict` take at a time, where training takes fewer. */
const EVALUATION_BATCH = 256

export interface PrepareModelRequest {
  document: GraphDocument
  plan: TrainingPlan
  signature: DatasetSignature
  /** Rows to train on; absent when the model is only evaluated. */
  trainRows?: number
  /** Bytes a session may take. */
  memoryBudget?: number
}

export interface PreparedModel {
  compiled: CompiledModel
  objectives: readonly Objective[]
}

/** A network whose memory fits, with its loss and optimiser. Throws the first error of the document, `training.*`, `compile.*`. */
export function prepareModel(request: PrepareModelRequest): PreparedModel {
  const { document, plan, signature, trainRows, memoryBudget } = request
  refuseBrokenDocument(document, signature)
  if (trainRows !== undefined) refuseBatchSize(plan, trainRows)
  const chosen = optimizersOf(plan)
  const inference = inferDocument(document, signature)
  const unfit =
    plan.pseudoLabels.enabled && pseudoLabelsProblem(resolveOutputs(document, inference, signature), signature)
  if (unfit) throw new LaminaError(unfit)
  const objectives = objectivesOf(document, signature, inference).map((objective) => {
    if (objective.adversarial) {
      const problem = trainRows === undefined ? undefined : adversarialPlanProblems(plan)[0]
      if (problem) throw new LaminaError(problem)
      return objective
    }
    const column = objective.reconstruction ? null : resolveTarget(inference.nodes[objective.output]!.params, signature)
    if (plan.pseudoLabels.enabled) return { ...objective, weighted: true }
    const balanced = plan.classWeight === 'balanced' && column?.kind === 'classes'
    return balanced || plan.sampleWeight !== '' ? { ...objective, weighted: true } : objective
  })
  const compiled = compileModel({
    document,
    dataset: signature,
    objectives,
    ...chosen,
    batchSize: plan.batchSize,
    evaluationBatchSize: Math.max(plan.batchSize, EVALUATION_BATCH),
    memoryBudget,
  })
  return { compiled, objectives }
}

/** The optimiser of a plan, and that of the generator of a GAN where it has one of its own. Throws `training.unknown-optimizer`. */
export function optimizersOf(plan: TrainingPlan): Pick<CompileRequest, 'optimizer' | 'generatorOptimizer'> {
  const optimizer = optimizerOf(plan, 'optimizer')
  if (plan.generatorOptimizer.type === SAME) return { optimizer }
  return { optimizer, generatorOptimizer: optimizerOf(plan, 'generatorOptimizer') }
}

function optimizerOf(plan: TrainingPlan, field: 'optimizer' | 'generatorOptimizer'): CompileRequest['optimizer'] {
  const { type, params } = plan[field]
  const declaration = findOptimizer(type)
  if (declaration) return { declaration, params: effectiveParams(choiceParams(field, type), params) }
  throw new LaminaError({
    code: 'training.unknown-optimizer',
    message: 'This optimiser does not exist.',
    where: `training.${field}`,
    expected: `one of ${optimizers.map((each) => each.type).join(', ')}`,
    received: type,
    fix: 'Choose an optimiser of the list.',
  })
}

/** The learning rate over a run. */
export interface LearningRate {
  /** It changes at every step. */
  everyStep: boolean
  /** Rate of an epoch counted from 0, with a fraction within it, after the epochs of `history`. */
  at(epoch: number, history: readonly EpochRecord[]): number
}

/**
 * The learning rates of a plan, as many as a step of its program takes: a GAN may have a second, of its generator. `watched` is what a
 * schedule that looks at the progress goes by.
 */
export function learningRatesOf(
  plan: TrainingPlan,
  { compiled }: Pick<PreparedModel, 'compiled'>,
  run: { stepsPerEpoch: number; watched: { name: string; better: 'higher' | 'lower' } | null },
): LearningRate[] {
  const { optimizer, generatorOptimizer } = optimizersOf(plan)
  const { name, better } = run.watched ?? { name: 'loss', better: 'lower' }
  const { epochs } = plan
  const schedule = findSchedule(plan.schedule.type)
  const chosen = [optimizer, generatorOptimizer ?? optimizer].slice(0, compiled.graphs.train.learningRates ?? 1)
  return chosen.map(({ params }) => ({
    everyStep: schedule?.everyStep ?? false,
    at: (epoch, history) =>
      scheduledLearningRate(plan.schedule, epoch, Number(params.learningRate), {
        epochs,
        stepsPerEpoch: run.stepsPerEpoch,
        watched: schedule?.watches ? seriesOf(history, name) : [],
        better,
      }),
  }))
}

/** True for a GAN, whose losses measure two networks against each other and so say nothing of how good either is. */
export function isAdversarial({ objectives }: Pick<PreparedModel, 'objectives'>): boolean {
  return objectives.some(({ adversarial }) => adversarial !== undefined)
}

/**
 * The value that tells how good an epoch is, with its direction; null when this run will not have it, and for a GAN, which has no best epoch.
 * Throws `training.unknown-monitor` when early stopping is asked for and needs it.
 */
export function monitorOf(
  plan: TrainingPlan,
  prepared: PreparedModel,
  validationRows: number,
): { name: string; better: 'higher' | 'lower' } | null {
  if (isAdversarial(prepared)) return null
  const available = new Map<string, 'higher' | 'lower'>()
  for (const { name, better } of readingsOf(prepared)) {
    available.set(name, better)
    if (validationRows > 0) available.set(VALIDATION + name, better)
  }
  const name = plan.earlyStopping.monitor
  const better = available.get(name)
  if (better) return { name, better }
  if (!plan.earlyStopping.enabled) return null
  const lacksRows = validationRows === 0 && name.startsWith(VALIDATION)
  throw new LaminaError({
    code: 'training.unknown-monitor',
    message: lacksRows
      ? 'Early stopping watches the validation part, and there are no validation rows.'
      : 'Early stopping watches a value that this run does not have.',
    where: 'training.earlyStopping.monitor',
    expected: `one of ${[...available.keys()].join(', ')}`,
    received: name,
    fix: lacksRows ? 'Set the validation fraction of the split above 0, or watch `loss`.' : 'Choose one of the list.',
  })
}

/** How a metric is read from the accumulators: `parts` of them in a row. */
export interface MetricReading {
  name: string
  parts: number
  better: 'higher' | 'lower'
  /** Turns scaled targets into source units; the loss stays what is minimised. */
  factor: number
  finish?(means: readonly number[]): number
}

/** The loss and all metrics in the order of the accumulators; in source units where what was fitted is given. */
export function readingsOf({ compiled, objectives }: PreparedModel, fitted?: FittedPreprocessing): MetricReading[] {
  const readings: MetricReading[] = [{ name: 'loss', parts: 1, better: 'lower', factor: 1 }]
  let first = 1
  for (const { output, metrics } of objectives) {
    const columns = compiled.slots.find((slot) => slot.kind === 'target' && slot.node === output)?.columns ?? []
    const scale = commonScale(columns, fitted)
    const prediction = [BATCH, ...(compiled.outputs.find(({ node }) => node === output)?.rowShape ?? [])]
    for (const metric of metrics) {
      const { better, unitPower = 0, finish } = metric
      const parts = partsOf(metric, prediction)
      const name = compiled.accumulators[first] as string
      readings.push({ name, parts, better, factor: Math.abs(scale) ** -unitPower, ...(finish ? { finish } : {}) })
      first += parts
    }
  }
  return readings
}

/** The scale that all columns have; 1 where they differ, so that their errors stay in the units the network sees. */
function commonScale(columns: readonly string[], fitted: FittedPreprocessing | undefined): number {
  const scales = columns.map((column) => Math.abs(fitted?.targets.find(({ name }) => name === column)?.scale ?? 1))
  const [first = 1] = scales
  return scales.every((scale) => scale === first) ? first : 1
}

function refuseBrokenDocument(document: GraphDocument, dataset: DatasetSignature): void {
  const errors = validateDocument(document, { dataset }).filter(({ severity }) => severity === 'error')
  const first = errors[0]
  if (!first) return
  const { code, message, where, expected, received, fix, node, port, param } = first
  const data = {
    node: node ?? null,
    port: port ?? null,
    param: param ?? null,
    problems: errors.map((error) => error.code),
  }
  throw new LaminaError({ code, message, where, expected, received, fix, data })
}

function refuseBatchSize({ batchSize, pseudoLabels }: TrainingPlan, trainRows: number): void {
  if (batchSize <= trainRows) return
  throw new LaminaError({
    code: 'training.batch-larger-than-data',
    message: 'A batch holds more rows than there are to train on.',
    where: 'training.batchSize',
    expected: `at most ${trainRows}, the number of ${pseudoLabels.enabled ? 'labelled ' : ''}training rows`,
    received: String(batchSize),
    fix: `Set the batch size to ${trainRows} or less.`,
    data: { batchSize, trainRows },
  })
}
