import { hasAdversaries } from '../../../engine/graph/adversarial.ts'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import type { SweepRecord, TrialRecord } from '../../../engine/rpc/contract/evaluation.ts'
import { usesTargets } from '../../../engine/training/objectives.ts'
import { formatDuration, formatNumber } from '../../services/format.ts'
import { metricName, shortMetricName } from '../../services/metric-names.ts'
import type { TableColumn } from '../../ui/table.ts'

/** What trials of a network can be ranked by (its target is of classes or numeric), the usual choice first. */
export function objectives(document: GraphDocument, task: 'classes' | 'numeric' | undefined): readonly string[] {
  if (hasAdversaries(document))
    return ['mean_distance', 'deviation_distance', 'generator_loss', 'discriminator_loss', 'loss']
  if (!usesTargets(document)) return ['rmse', 'mae', 'mse', 'loss']
  if (task === 'numeric') return ['rmse', 'mae', 'r2', 'mse', 'mape', 'loss']
  return ['accuracy', 'f1', 'f1_macro', 'f1_weighted', 'precision', 'recall', 'auroc', 'log_loss', 'loss']
}

/** A value of a trial as text. */
export function valueText(value: unknown): string {
  return typeof value === 'number'
    ? formatNumber(value, 6)
    : typeof value === 'string'
      ? value
      : JSON.stringify(value ?? null)
}

/** The last part of a path that tells paths apart: `learningRate`, `dense_1.units`. */
export function shortPath(path: string): string {
  const parts = path.split('.')
  return parts[0] === 'training' ? (parts.at(-1) ?? path) : path
}

/** Columns of the table of trials: number, what was tried, the objective, up to three companions, time. */
export function trialColumns(sweep: SweepRecord): TableColumn<TrialRecord>[] {
  const paths = [...new Set(sweep.trials.flatMap((trial) => Object.keys(trial.values)))]
  const metrics = [...new Set(sweep.trials.flatMap((trial) => Object.keys(trial.metrics)))]
  const companions = metrics.filter((name) => name !== sweep.objective).slice(0, 3)
  return [
    {
      id: 'number',
      label: '#',
      numeric: true,
      width: '52px',
      text: (trial) => String(trial.number),
      sort: (trial) => trial.number,
    },
    ...paths.map(
      (path): TableColumn<TrialRecord> => ({
        id: path,
        label: shortPath(path),
        help: path,
        numeric: true,
        width: 'minmax(88px, 1fr)',
        text: (trial) => valueText(trial.values[path]),
        sort: (trial) => {
          const value = trial.values[path]
          return typeof value === 'number' || typeof value === 'string'
            ? value
            : value === undefined
              ? null
              : String(value)
        },
      }),
    ),
    ...[sweep.objective, ...companions].map(
      (name, index): TableColumn<TrialRecord> => ({
        id: `metric ${name}`,
        label: shortMetricName(name),
        width: '100px',
        help:
          index === 0
            ? `${metricName(name)}, the objective: ${sweep.direction === 'minimize' ? 'lower' : 'higher'} is better`
            : metricName(name),
        numeric: true,
        text: (trial) => formatNumber(trial.metrics[name]),
        sort: (trial) => trial.metrics[name],
      }),
    ),
    {
      id: 'time',
      label: 'Time',
      numeric: true,
      width: '80px',
      text: (trial) => formatDuration(trial.seconds),
      sort: (trial) => trial.seconds,
    },
    { id: 'status', label: 'Status', width: 'minmax(104px, 1fr)', sort: (trial) => trial.status },
  ]
}

/** Points of one parameter against the objective; words become categories in the order they were tried. */
export function trialPoints(
  sweep: SweepRecord,
  path: string,
): { points: [number, number][]; categories: string[] | undefined; logarithmic: boolean } {
  const known = sweep.trials.filter(
    (trial) => trial.values[path] !== undefined && Number.isFinite(trial.metrics[sweep.objective]),
  )
  const values = known.map((trial) => trial.values[path])
  const numeric = values.every((value) => typeof value === 'number')
  const categories = numeric ? undefined : [...new Set(values.map(valueText))]
  const x = (value: unknown) => (categories ? categories.indexOf(valueText(value)) : (value as number))
  const points = known.map((trial): [number, number] => [
    x(trial.values[path]),
    trial.metrics[sweep.objective] as number,
  ])
  const numbers = numeric ? (values as number[]) : []
  const smallest = Math.min(...numbers)
  return {
    points,
    categories,
    logarithmic: numbers.length > 1 && smallest > 0 && Math.max(...numbers) / smallest >= 50,
  }
}

/** A sweep with what an event told of it; its trials stay. */
export function withTrial(sweep: SweepRecord, trial: TrialRecord): SweepRecord {
  const others = sweep.trials.filter((each) => each.number !== trial.number)
  const trials = [...others, trial].sort((a, b) => a.number - b.number)
  return { ...sweep, trials, best: bestTrial(trials, sweep.objective, sweep.direction) }
}

/** Number of the completed trial with the best objective, or null; equal ones by lower loss, then by number, as the engine ranks them. */
export function bestTrial(
  trials: readonly TrialRecord[],
  objective: string,
  direction: SweepRecord['direction'],
): number | null {
  const sign = direction === 'minimize' ? 1 : -1
  const score = (trial: TrialRecord) => trial.metrics[objective] ?? Number.NaN
  const loss = (trial: TrialRecord) => trial.metrics.loss ?? Number.POSITIVE_INFINITY
  const ranked = trials
    .filter((trial) => trial.status === 'completed' && Number.isFinite(score(trial)))
    .sort((a, b) => sign * (score(a) - score(b)) || loss(a) - loss(b) || a.number - b.number)
  return ranked[0]?.number ?? null
}
