import { type ErrorDetails, LaminaError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { DatasetDescription, Split, Table } from '../data/dataset.ts'
import { evaluateRows } from '../evaluation/holdout.ts'
import { crossValidate, type FoldMetric } from '../evaluation/kfold.ts'
import type { GraphDocument } from '../graph/document.ts'
import type { NativeAddon } from '../native/program.ts'
import { applyOverrides } from '../training/override.ts'
import type { TrainingPlan } from '../training/plan.ts'
import type { SourceTensor } from '../training/plan-weights.ts'
import { createTrainer } from '../training/trainer.ts'
import type { TrainingControl } from '../training/trainer-control.ts'
import type { TrainingEvent } from '../training/trainer-events.ts'

/** The experiment that trials vary. */
export interface SweepBase {
  document: GraphDocument
  plan: TrainingPlan
  description: DatasetDescription
  table: Table
  /** Trials never see the test part. */
  split: Split
  /** Weights of the run that the plan starts from. */
  initialWeights?: readonly SourceTensor[]
}

/** How a trial is scored: on the validation part, or by k-fold over train and validation rows. */
export type Protocol = { kind: 'holdout' } | { kind: 'kfold'; k: number; repeats?: number; stratified?: boolean }

export interface TrialResult {
  /** Counted from 0. */
  index: number
  overrides: JsonObject
  status: 'completed' | 'failed' | 'stopped'
  /** The objective's value; null unless completed. */
  score: number | null
  /** Its sample standard deviation over folds; null for a hold-out. */
  deviation: number | null
  /** Every score; of k-fold the means. */
  metrics: Readonly<Record<string, number>>
  /** Of k-fold: the values of each fold. */
  folds?: Readonly<Record<string, FoldMetric>>
  /** Epochs trained, over all folds. */
  epochs: number
  seconds: number
  error?: ErrorDetails
}

export interface TrialRequest {
  base: SweepBase
  index: number
  overrides: JsonObject
  protocol: Protocol
  metric: string
  control: TrainingControl
  onEvent?(event: TrainingEvent): void
}

/** Trains and scores one point of the space on one thread. Never throws: a failure is part of the result. */
export async function runTrial(native: NativeAddon, request: TrialRequest): Promise<TrialResult> {
  const started = performance.now()
  const { index, overrides, metric, control } = request
  const failed = (error: ErrorDetails | undefined): TrialResult => ({
    index,
    overrides,
    status: error ? 'failed' : 'stopped',
    score: null,
    deviation: null,
    metrics: {},
    epochs: 0,
    seconds: (performance.now() - started) / 1000,
    error,
  })
  try {
    const measured = await measure(native, request)
    if (!measured) return failed(undefined)
    const score = measured.metrics[metric]
    if (score === undefined) return failed(unknownMetric(metric, Object.keys(measured.metrics)).details)
    if (!Number.isFinite(score)) return failed(notFinite(metric, score).details)
    const deviation = measured.folds?.[metric]?.sd ?? null
    const seconds = (performance.now() - started) / 1000
    return { index, overrides, status: 'completed', score, deviation, seconds, ...measured }
  } catch (thrown) {
    const { details } = LaminaError.from(thrown, `trial ${index + 1}`)
    return failed(control.requested === 'stop' && details.code === 'evaluation.stopped' ? undefined : details)
  }
}

async function measure(
  native: NativeAddon,
  request: TrialRequest,
): Promise<Pick<TrialResult, 'metrics' | 'folds' | 'epochs'> | null> {
  const { base, protocol, control, onEvent } = request
  const { document, plan, description } = applyOverrides(base, request.overrides)
  const { table, initialWeights } = base
  const trial = { document, plan, description: description ?? base.description, table, control, initialWeights }
  if (protocol.kind === 'kfold') {
    const rows = Int32Array.from([...base.split.train, ...base.split.validation]).sort()
    const { kind, ...folds } = protocol
    const report = await crossValidate(native, {
      ...trial,
      folds,
      rows,
      parallel: 1,
      onEvent: onEvent && ((_, event) => onEvent(event)),
    })
    const means = Object.entries(report.metrics).map(([name, { mean }]) => [name, mean] as const)
    const epochs = report.folds.reduce((sum, fold) => sum + fold.epochs, 0)
    return { metrics: Object.fromEntries(means), folds: report.metrics, epochs }
  }
  const outcome = await createTrainer({ native }).train({ ...trial, split: base.split, threads: 1, onEvent })
  if (outcome.status === 'stopped') return null
  const { metrics } = await evaluateRows(native, outcome.model, base.table, outcome.split.validation, {
    anomalies: trial.description.split.heldOut,
  })
  return { metrics, epochs: outcome.last.epoch }
}

/** The error for a metric that this kind of network does not have. */
export function unknownMetric(metric: string, known: readonly string[]): LaminaError {
  return new LaminaError({
    code: 'tuning.unknown-metric',
    message: 'Trials cannot be ranked by a score that they do not have.',
    where: 'metric',
    expected: `one of ${known.join(', ')}`,
    received: metric,
    fix: 'Choose a score of the list.',
  })
}

function notFinite(metric: string, score: number): LaminaError {
  return new LaminaError({
    code: 'tuning.score-not-finite',
    message: `The trial's ${metric} is ${score}.`,
    where: 'metric',
    expected: 'a finite score',
    received: String(score),
    fix: 'Narrow the learning rates of the space, or scale the inputs.',
  })
}
