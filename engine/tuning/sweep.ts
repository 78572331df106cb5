import { LaminaError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { rowsWithoutMissing } from '../data/preprocess.ts'
import { mapConcurrently } from '../evaluation/concurrent.ts'
import { lowerIsBetter } from '../evaluation/holdout.ts'
import { hasAdversaries } from '../graph/adversarial.ts'
import type { NativeAddon } from '../native/program.ts'
import { usesTargets } from '../training/objectives.ts'
import { applyOverrides } from '../training/override.ts'
import { isPlanChoice } from '../training/plan-choices.ts'
import { acceptUnlabelled } from '../training/prepare.ts'
import { TrainingControl } from '../training/trainer-control.ts'
import type { TrainingEvent } from '../training/trainer-events.ts'
import { samplerOf } from './samplers/index.ts'
import { gridValues, type SearchSpace } from './space.ts'
import { type Protocol, runTrial, type SweepBase, type TrialResult, unknownMetric } from './trial.ts'

export interface SweepRequest {
  base: SweepBase
  space: SearchSpace
  /** A sampler's id: `grid`, `random`. */
  strategy: string
  /** Trials to run; default all points of a grid. Required for `random`. */
  trials?: number
  protocol: Protocol
  /** Score that ranks trials; default `accuracy` for classes, `rmse` for numbers. */
  metric?: string
  /** Trials at a time, one thread each; default the machine's cores. Results do not depend on it. */
  parallel?: number
  /** Seed of the sampler; default the plan's. Every trial trains with its plan's seed. */
  seed?: number
  control?: TrainingControl
  /** Trials of an interrupted sweep that need not be run again. */
  done?: readonly TrialResult[]
  onEvent?(event: SweepEvent): void
}

/** What a sweep will take, known before it starts. */
export interface SweepCost {
  trials: number
  folds: number
  /** Upper bound, over all trials and folds; early stopping may end sooner. */
  epochs: number
  /** Rows visited in training, over all epochs: an upper bound. */
  sampleVisits: number
}

export type SweepEvent =
  | { type: 'started'; cost: SweepCost; metric: string; better: 'higher' | 'lower' }
  | { type: 'trial-started'; index: number; overrides: TrialResult['overrides'] }
  | { type: 'trial-progress'; index: number; event: TrainingEvent }
  | { type: 'trial-completed'; trial: TrialResult; completed: number; trials: number; best: number | null }

export interface SweepResult {
  status: 'completed' | 'stopped'
  metric: string
  better: 'higher' | 'lower'
  cost: SweepCost
  /** In the order of their numbers; after a stop those that were begun. */
  trials: TrialResult[]
  /** Numbers of completed trials, best first. */
  ranking: number[]
  best: TrialResult | null
  seconds: number
}

const classScores = [
  'loss',
  'accuracy',
  'precision',
  'recall',
  'f1',
  'f1_macro',
  'f1_weighted',
  'log_loss',
  'auroc',
  'pr_auc',
]
const numberScores = ['loss', 'mae', 'mse', 'rmse', 'r2', 'mape']
const generationScores = ['loss', 'discriminator_loss', 'generator_loss', 'mean_distance', 'deviation_distance']
const reconstructionScores = ['loss', 'mae', 'mse', 'rmse', 'auroc']

/** Trials, folds and epochs a sweep will take. Throws `tuning.*` and `override.*` when it cannot start. */
export function sweepCost(request: SweepRequest): SweepCost {
  const { base, protocol } = request
  const trials = trialCount(request)
  const folds = protocol.kind === 'kfold' ? protocol.k * (protocol.repeats ?? 1) : 1
  const trained = trainingRowCounts(base, protocol)
  let epochs = 0
  let sampleVisits = 0
  for (let index = 0; index < trials; index += 1) {
    const plan = planOf(request, index)
    epochs += plan.epochs * folds
    sampleVisits += plan.epochs * folds * (plan.labels ? trained.all : trained.labelled)
  }
  return { trials, folds, epochs, sampleVisits: Math.round(sampleVisits) }
}

/** Rows that an epoch visits: those with a target, where there are targets to learn from, and with pseudo-labels the others too. */
function trainingRowCounts({ document, table, description, split }: SweepBase, protocol: Protocol) {
  const targets = usesTargets(document)
  const share = protocol.kind === 'kfold' ? 1 - 1 / protocol.k : 1
  const parts = protocol.kind === 'kfold' ? [split.train, split.validation] : [split.train]
  const accepted = targets ? acceptUnlabelled(table, description) : description
  const count = (labelled: boolean) =>
    share *
    parts.reduce((sum, rows) => sum + rowsWithoutMissing(table, accepted, rows, { targets: labelled }).length, 0)
  return { labelled: count(targets), all: count(false) }
}

/**
 * Runs all trials, several at a time; a failed one is recorded and the others go on. The numbers are the same whatever the
 * parallelism. Throws `tuning.*` and `override.*` before anything runs when the request is wrong.
 */
export async function runSweep(native: NativeAddon, request: SweepRequest): Promise<SweepResult> {
  const started = performance.now()
  checkRequest(request)
  const { base, space, strategy, protocol, onEvent } = request
  const control = request.control ?? new TrainingControl()
  const metric = metricOf(request)
  const better = lowerIsBetter.has(metric.split('/').at(-1) as string) ? 'lower' : 'higher'
  const cost = sweepCost(request)
  onEvent?.({ type: 'started', cost, metric, better })
  const sampler = samplerOf(strategy)
  const seed = request.seed ?? base.plan.seed
  const known = new Map(request.done?.map((trial) => [trial.index, trial]))
  const finished: TrialResult[] = []
  const indices = Array.from({ length: cost.trials }, (_, index) => index)
  const results = await mapConcurrently(indices, request.parallel ?? native.info().cores, async (index) => {
    if (control.requested === 'stop') return null
    const overrides = sampler.sample(space, index, seed)
    const kept = known.get(index)
    if (!kept) onEvent?.({ type: 'trial-started', index, overrides })
    const onTraining = onEvent && ((event: TrainingEvent) => onEvent({ type: 'trial-progress', index, event }))
    const trial =
      kept ?? (await runTrial(native, { base, index, overrides, protocol, metric, control, onEvent: onTraining }))
    finished.push(trial)
    const best = rankTrials(finished, better)[0] ?? null
    onEvent?.({ type: 'trial-completed', trial, completed: finished.length, trials: cost.trials, best })
    return trial
  })
  const trials = results.filter((trial) => trial !== null)
  const ranking = rankTrials(trials, better)
  return {
    status: trials.length < cost.trials || trials.some(({ status }) => status === 'stopped') ? 'stopped' : 'completed',
    metric,
    better,
    cost,
    trials,
    ranking,
    best: trials.find(({ index }) => index === ranking[0]) ?? null,
    seconds: (performance.now() - started) / 1000,
  }
}

/** Numbers of completed trials, best score first; equal scores by lower loss, then by number. */
export function rankTrials(trials: readonly TrialResult[], better: 'higher' | 'lower'): number[] {
  const sign = better === 'higher' ? -1 : 1
  const loss = ({ metrics }: TrialResult) => metrics.loss ?? Number.POSITIVE_INFINITY
  return trials
    .filter(({ status }) => status === 'completed')
    .sort((a, b) => sign * ((a.score as number) - (b.score as number)) || loss(a) - loss(b) || a.index - b.index)
    .map(({ index }) => index)
}

function trialCount({ space, strategy, trials }: SweepRequest): number {
  const size = samplerOf(strategy).size(space)
  if (trials !== undefined && (!Number.isInteger(trials) || trials < 1))
    throw new LaminaError({
      code: 'tuning.invalid-trials',
      message: 'The number of trials is wrong.',
      where: 'trials',
      expected: 'a whole number from 1',
      received: String(trials),
      fix: 'Use for example 20.',
    })
  if (size !== null) return Math.min(size, trials ?? size)
  if (trials !== undefined) return trials
  throw new LaminaError({
    code: 'tuning.invalid-trials',
    message: `The strategy "${strategy}" has no end of its own.`,
    where: 'trials',
    expected: 'the number of trials',
    received: 'none',
    fix: 'Say how many trials to run, for example 20.',
  })
}

/** What of a trial's plan decides how many rows it visits. */
function planOf(request: SweepRequest, index: number): { epochs: number; labels: boolean } {
  const { base, space, strategy } = request
  const point = samplerOf(strategy).sample(space, index, request.seed ?? base.plan.seed)
  const epochs = point['training.epochs']
  const labels = point['training.pseudoLabels.enabled']
  return {
    epochs: typeof epochs === 'number' ? epochs : base.plan.epochs,
    labels: typeof labels === 'boolean' ? labels : base.plan.pseudoLabels.enabled,
  }
}

function scoresOf(base: SweepBase): readonly string[] {
  if (hasAdversaries(base.document)) return generationScores
  if (!usesTargets(base.document)) return reconstructionScores
  return isRegression(base) ? numberScores : classScores
}

function isRegression({ document, description }: Pick<SweepBase, 'document' | 'description'>): boolean {
  return usesTargets(document) && description.columns.find(({ role }) => role === 'target')?.type === 'numeric'
}

/** The usual score to rank trials by: of numbers and of reconstructions the root mean squared error, of classes the accuracy, of a GAN the distance of means. */
export function defaultMetric(base: Pick<SweepBase, 'document' | 'description'>): string {
  if (hasAdversaries(base.document)) return 'mean_distance'
  return isRegression(base) || !usesTargets(base.document) ? 'rmse' : 'accuracy'
}

/** The score trials are ranked by. Throws `tuning.unknown-metric`. */
function metricOf({ base, metric }: SweepRequest): string {
  const known = scoresOf(base)
  if (metric === undefined) return defaultMetric(base)
  if (!metric.includes('/') && !known.includes(metric)) throw unknownMetric(metric, known)
  return metric
}

/** Refuses before anything runs: a path that does not exist, a value out of range, no rows to score on. */
export function checkRequest(request: SweepRequest): void {
  const { base, space, protocol } = request
  metricOf(request)
  trialCount(request)
  for (const dimension of space.dimensions) {
    if (dimension.path.startsWith('data.split'))
      throw new LaminaError({
        code: 'tuning.unsearchable',
        message: 'The split cannot be varied: trials would be scored on different rows.',
        where: dimension.path,
        expected: 'a parameter of a layer, of training, or the preprocessing of columns',
        received: dimension.path,
        fix: 'Remove it from the space.',
      })
    const values: readonly Json[] =
      dimension.kind === 'list' ? dimension.values : [dimension.min, dimension.max, ...gridValues(dimension)]
    for (const value of values) checkValue(base, space, dimension.path, value)
  }
  if (protocol.kind === 'holdout' && base.split.validation.length === 0)
    throw new LaminaError({
      code: 'tuning.no-validation',
      message: 'There are no validation rows to score trials on; the test rows are kept for the end.',
      where: 'data.split.validation',
      expected: 'at least one validation row, or k-fold',
      received: '0 rows',
      fix: 'Set the validation fraction above 0, or score trials by k-fold.',
    })
}

/** Sets one value together with the choices of the space it may depend on (an optimiser's own parameters). */
function checkValue(base: SweepBase, space: SearchSpace, path: string, value: Json): void {
  const choices = space.dimensions.filter(
    (dimension) => dimension.kind === 'list' && dimension.path !== path && isChoice(dimension.path),
  )
  let failure: unknown
  for (const overrides of [
    { [path]: value },
    ...choices.flatMap((choice) => gridValues(choice).map((type) => ({ [choice.path]: type, [path]: value }))),
  ])
    try {
      applyOverrides(base, overrides)
      return
    } catch (thrown) {
      failure ??= thrown
    }
  throw failure
}

function isChoice(path: string): boolean {
  return path.startsWith('training.') && isPlanChoice(path.slice('training.'.length))
}
