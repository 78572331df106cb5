import type { Job } from '../../../engine/rpc/contract/common.ts'
import type { EpochRecord, RunSummary, TrainingProgress } from '../../../engine/rpc/contract/training.ts'
import { formatCount, formatDuration, formatNumber } from '../../services/format.ts'
import { metricName } from '../../services/metric-names.ts'
import { metricOrder, secondsOf } from './curves.ts'

export type BadgeKind = 'neutral' | 'accent' | 'success' | 'warning' | 'danger'

const kinds: Readonly<Record<RunSummary['status'], BadgeKind>> = {
  queued: 'neutral',
  running: 'accent',
  paused: 'warning',
  completed: 'success',
  stopped: 'neutral',
  interrupted: 'warning',
  failed: 'danger',
}

/** The colour of a run's status; the word stands beside it. */
export function statusKind(status: RunSummary['status']): BadgeKind {
  return kinds[status]
}

/** True while a run goes on or waits for its turn. */
export function isLive(run: Pick<RunSummary, 'status'>): boolean {
  return run.status === 'queued' || run.status === 'running' || run.status === 'paused'
}

/** A run with the epochs and the time that it has behind it: while it goes on, its history knows more than its summary. */
export function upToDate<Run extends Pick<RunSummary, 'status' | 'epochs' | 'seconds'>>(
  run: Run,
  history: readonly EpochRecord[] = [],
): Run {
  const latest = history.at(-1)
  if (!latest || !isLive(run)) return run
  return { ...run, epochs: Math.max(run.epochs, latest.epoch), seconds: Math.max(run.seconds, secondsOf(history)) }
}

/** Epochs that a training has behind it, the present one by its steps. */
export function epochsDone(job: Job, now: TrainingProgress | undefined): number {
  return now && now.steps > 0 ? now.epoch - 1 + now.step / now.steps : job.done
}

/** How far a training is: `epoch 3 of 20, 5,120 samples/s, loss 0.4, 12 s left`. */
export function progressText(job: Job, now: TrainingProgress | undefined): string {
  if (job.state === 'queued') return 'Waiting for its turn'
  const parts = [`epoch ${formatCount(now?.epoch ?? job.done)} of ${formatCount(job.total)}`]
  if (now && now.samplesPerSecond > 0) parts.push(`${formatCount(Math.round(now.samplesPerSecond))} samples/s`)
  if (now?.metrics.loss !== undefined) parts.push(`loss ${formatNumber(now.metrics.loss)}`)
  if (job.state === 'paused') parts.push('paused')
  else if (job.etaSeconds !== null) parts.push(`${formatDuration(job.etaSeconds)} left`)
  return parts.join(', ')
}

/** One line of the figures of a run: a metric on both parts. */
export interface FigureRow {
  name: string
  label: string
  train: number | null
  validation: number | null
}

/** Final or present metrics side by side for training and validation. */
export function figureRows(metrics: Readonly<Record<string, number>>): FigureRow[] {
  return metricOrder(Object.keys(metrics)).map((name) => ({
    name,
    label: metricName(name),
    train: metrics[name] ?? null,
    validation: metrics[`validation_${name}`] ?? null,
  }))
}

/** What was noticed that is no trouble by itself. */
export function isNote({ rule }: { rule: string }): boolean {
  return rule === 'balance'
}

/** The run a view looks at: the one that trains, else the chosen one, else the newest. */
export function chooseRun<Run extends { id: string }>(
  runs: readonly Run[],
  training: string | null,
  chosen: string | null,
): Run | null {
  const find = (id: string | null) => runs.find((run) => run.id === id)
  return find(chosen) ?? find(training) ?? runs[0] ?? null
}

/** Which epoch the shown figures belong to: `Best epoch 42`, `Last epoch 60`. */
export function usedEpochText(run: Pick<RunSummary, 'usedEpoch' | 'epochs'>): string {
  const used = run.usedEpoch ?? run.epochs
  return `${used < run.epochs ? 'Best epoch' : 'Last epoch'} ${formatCount(used)}`
}

/** Each symptom once, as it was last noticed: a resumed run notices some again. */
export function latestWarnings<Warning extends { rule: string; epoch: number }>(
  warnings: readonly Warning[],
): Warning[] {
  const byRule = new Map<string, Warning>()
  for (const warning of warnings) {
    const known = byRule.get(warning.rule)
    if (!known || warning.epoch >= known.epoch) byRule.set(warning.rule, warning)
  }
  return [...byRule.values()]
}
