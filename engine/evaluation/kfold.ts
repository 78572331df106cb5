import { LaminaError } from '../base/errors.ts'
import type { DatasetDescription, Split, Table } from '../data/dataset.ts'
import { type Fold, type FoldSettings, kFold } from '../data/folds.ts'
import { rowsWithoutMissing } from '../data/preprocess.ts'
import { heldOutRows, splitRows } from '../data/split.ts'
import { codesOf, groupCodes } from '../data/table.ts'
import type { GraphDocument } from '../graph/document.ts'
import type { NativeAddon } from '../native/program.ts'
import { VALIDATION } from '../training/history.ts'
import { usesTargets } from '../training/objectives.ts'
import type { TrainingPlan } from '../training/plan.ts'
import type { SourceTensor } from '../training/plan-weights.ts'
import { acceptUnlabelled, unlabelledRows } from '../training/prepare.ts'
import { createTrainer } from '../training/trainer.ts'
import { TrainingControl } from '../training/trainer-control.ts'
import type { TrainingEvent } from '../training/trainer-events.ts'
import { mapConcurrently } from './concurrent.ts'
import { type EvaluationReport, evaluateRows } from './holdout.ts'

/** Validation share of each fold's training rows when early stopping needs one and the data set has none. */
const DEFAULT_VALIDATION = 0.1

export interface KFoldRequest {
  document: GraphDocument
  plan: TrainingPlan
  description: DatasetDescription
  table: Table
  /** `stratified` applies to the first target when it has classes; a numeric target is not stratified. */
  folds: Omit<FoldSettings, 'seed'> & { seed?: number; groupColumn?: string }
  /** Weights of the run that the plan starts from; every fold starts from them. */
  initialWeights?: readonly SourceTensor[]
  /** Rows to divide; default all. */
  rows?: Int32Array
  /** Share of each fold's training rows for early stopping; default: the data set's when early stopping watches validation. */
  validation?: number
  /** Folds at a time, one thread each; default the machine's cores. Results do not depend on it. */
  parallel?: number
  control?: TrainingControl
  onFold?(result: FoldResult, done: number, folds: number): void
  onEvent?(fold: number, event: TrainingEvent): void
}

export interface FoldResult {
  repeat: number
  fold: number
  trainRows: number
  validationRows: number
  testRows: number
  /** Epochs trained. */
  epochs: number
  report: EvaluationReport
}

/** A score over folds: mean, sample standard deviation (n - 1), and each fold's value. */
export interface FoldMetric {
  mean: number
  sd: number
  folds: number[]
}

export interface KFoldReport {
  k: number
  repeats: number
  stratified: boolean
  /** Every score under its name. */
  metrics: Record<string, FoldMetric>
  folds: FoldResult[]
  seconds: number
}

/**
 * Cross-validation: for each fold preprocessing is fitted and a fresh network is trained on the other folds, then measured on it.
 * Throws what training throws, `data.*-folds`, and `evaluation.stopped` when `control` says stop.
 */
export async function crossValidate(native: NativeAddon, request: KFoldRequest): Promise<KFoldReport> {
  const started = performance.now()
  const { table, plan } = request
  const description = plan.pseudoLabels.enabled ? acceptUnlabelled(table, request.description) : request.description
  const rows = rowsWithoutMissing(table, description, request.rows, { targets: usesTargets(request.document) })
  // They are never tested: each fold trains on them besides its own rows.
  const unlabelled = plan.pseudoLabels.enabled
    ? unlabelledRows(table, description, request.rows ?? allRows(table))
    : new Int32Array()
  const codes = targetCodes(description, table, rows)
  const { groupColumn, ...settings } = request.folds
  const stratified = (settings.stratified ?? false) && codes !== undefined && !groupColumn && !settings.time
  const groups = groupColumn === undefined ? undefined : groupCodes(table, groupColumn)
  const folds = kFold({ ...settings, stratified, seed: settings.seed ?? plan.seed }, rows.length, {
    codes,
    groups: groups && Int32Array.from(rows, (row) => groups[row] as number),
  })
  let done = 0
  const limit = request.parallel ?? native.info().cores
  const results = await mapConcurrently(folds, limit, async (fold, index) => {
    const split = splitFold(request, rows, codes, fold)
    const further = beside(unlabelled, split, { groups, time: settings.time ?? false })
    const train = further.length > 0 ? Int32Array.from([...split.train, ...further]).sort() : split.train
    const result = await runFold(native, { ...request, description }, { ...split, train }, fold, index)
    done += 1
    request.onFold?.(result, done, folds.length)
    return result
  })
  return {
    k: settings.k,
    repeats: settings.repeats ?? 1,
    stratified,
    metrics: summarize(results.map(({ report }) => report.metrics)),
    folds: results,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Mean, spread and values of every score that all folds have. */
export function summarize(folds: readonly Readonly<Record<string, number>>[]): Record<string, FoldMetric> {
  const summary: Record<string, FoldMetric> = {}
  for (const name of Object.keys(folds[0] ?? {})) {
    const values = folds.map((metrics) => metrics[name]).filter((value) => value !== undefined)
    if (values.length < folds.length) continue
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    summary[name] = { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0, folds: values }
  }
  return summary
}

async function runFold(
  native: NativeAddon,
  request: KFoldRequest,
  split: Split,
  fold: Fold,
  index: number,
): Promise<FoldResult> {
  const { document, plan, description, table, initialWeights, onEvent } = request
  const control = request.control ?? new TrainingControl()
  if (control.requested === 'stop') throw stopped()
  const outcome = await createTrainer({ native }).train({
    document,
    plan,
    description,
    table,
    split,
    initialWeights,
    threads: 1,
    control,
    onEvent: onEvent && ((event) => onEvent(index, event)),
  })
  if (outcome.status === 'stopped') throw stopped()
  const { train, validation, test } = outcome.split
  const report = await evaluateRows(native, outcome.model, table, test, {
    references: [validation.length > 0 ? { name: 'validation', rows: validation } : { name: 'training', rows: train }],
    anomalies: description.split.heldOut,
  })
  return {
    repeat: fold.repeat,
    fold: fold.fold,
    trainRows: outcome.split.train.length,
    validationRows: outcome.split.validation.length,
    testRows: outcome.split.test.length,
    epochs: outcome.last.epoch,
    report,
  }
}

/** A fold's rows of the table, with a validation part where one is wanted. */
function splitFold(request: KFoldRequest, rows: Int32Array, codes: Int32Array | undefined, fold: Fold): Split {
  const { plan, description } = request
  const { enabled, monitor } = plan.earlyStopping
  const watched = enabled && monitor.startsWith(VALIDATION)
  const validation = request.validation ?? (watched ? description.split.validation || DEFAULT_VALIDATION : 0)
  const pick = (positions: Int32Array, from: Int32Array) => Int32Array.from(positions, (at) => from[at] as number)
  // Rows of held-out labels are never learned from.
  const held = heldOutRows(request.table, description)
  const learned = held ? fold.train.filter((at) => !held[rows[at] as number]) : fold.train
  const train = pick(learned, rows)
  const test = pick(fold.test, rows)
  if (validation === 0) return { train, validation: new Int32Array(), test }
  const inner = splitRows(
    { ...description.split, test: 0, validation, shuffle: !request.folds.time },
    train.length,
    codes && pick(learned, codes),
  )
  return { train: pick(inner.train, train), validation: pick(inner.validation, train), test }
}

/** Unlabelled rows that a fold may learn from: none of a group that it tests, none from after its test rows begin where time counts. */
function beside(
  unlabelled: Int32Array,
  { test }: Split,
  { groups, time }: { groups: Int32Array | undefined; time: boolean },
): Int32Array {
  const first = test[0] ?? 0
  const tested = new Set(groups && Array.from(test, (row) => groups[row]))
  return unlabelled.filter((row) => !(groups && tested.has(groups[row])) && !(time && row >= first))
}

function allRows({ rowCount }: Table): Int32Array {
  return Int32Array.from({ length: rowCount }, (_, row) => row)
}

function targetCodes(description: DatasetDescription, table: Table, rows: Int32Array): Int32Array | undefined {
  const target = description.columns.find(({ role }) => role === 'target')
  const codes = target && codesOf(table, target.name)
  return codes && Int32Array.from(rows, (row) => codes[row] as number)
}

function stopped(): LaminaError {
  return new LaminaError({
    code: 'evaluation.stopped',
    message: 'Cross-validation was stopped before all folds were done.',
    where: 'cross-validation',
    expected: 'all folds',
    received: 'a request to stop',
    fix: 'Start it again; nothing of it was kept.',
  })
}
