import type { RunSummary } from '../../../engine/rpc/contract/training.ts'
import { formatCount, formatDuration, formatNumber, formatTime } from '../../services/format.ts'
import { metricName, shortMetricName } from '../../services/metric-names.ts'
import type { TableColumn } from '../../ui/table.ts'

/** Metric columns of the table: validation figures where there are any, loss first, at most four. */
export function metricColumns(runs: readonly RunSummary[]): string[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))]
  const validation = names.filter((name) => name.startsWith('validation_'))
  const bare = (name: string) => name.replace(/^validation_/, '')
  const kept = validation.length > 0 ? validation : names
  return kept.sort((a, b) => Number(bare(b) === 'loss') - Number(bare(a) === 'loss') || a.localeCompare(b)).slice(0, 4)
}

/** Pixels that a heading takes, so that none is cut; letters are of 7 pixels at most on the average. */
function widthOf(label: string): string {
  return `${Math.max(92, 24 + 7 * label.length)}px`
}

/** Columns of the table of runs. */
export function runColumns(runs: readonly RunSummary[]): TableColumn<RunSummary>[] {
  return [
    {
      id: 'number',
      label: '#',
      numeric: true,
      width: '44px',
      text: (run) => String(run.number),
      sort: (run) => run.number,
    },
    { id: 'name', label: 'Name', width: 'minmax(120px, 2fr)', text: (run) => run.name, sort: (run) => run.name },
    {
      id: 'model',
      label: 'Model',
      width: 'minmax(96px, 1fr)',
      text: (run) => run.modelName,
      sort: (run) => run.modelName,
    },
    { id: 'status', label: 'Status', width: '104px', sort: (run) => run.status },
    {
      id: 'epochs',
      label: 'Epochs',
      numeric: true,
      width: '132px',
      text: (run) => `${formatCount(run.epochs)} / ${formatCount(run.plannedEpochs)}`,
      sort: (run) => run.epochs,
    },
    ...metricColumns(runs).map(
      (name, index): TableColumn<RunSummary> => ({
        ...(index > 0 ? { yields: 10 - index } : {}),
        id: name,
        label: shortMetricName(name),
        help: metricName(name),
        numeric: true,
        width: widthOf(shortMetricName(name)),
        text: (run) => formatNumber(run.metrics[name]),
        sort: (run) => run.metrics[name],
      }),
    ),
    {
      id: 'time',
      label: 'Time',
      numeric: true,
      width: '76px',
      text: (run) => formatDuration(run.seconds),
      sort: (run) => run.seconds,
    },
    {
      id: 'started',
      label: 'Started',
      width: '148px',
      yields: 2,
      text: (run) => formatTime(run.startedAt),
      sort: (run) => run.startedAt,
    },
    {
      id: 'seed',
      label: 'Seed',
      numeric: true,
      width: '60px',
      yields: 1,
      text: (run) => String(run.seed),
      sort: (run) => run.seed,
    },
    { id: 'tags', label: 'Tags', yields: 0, width: 'minmax(80px, 1fr)', sort: (run) => run.tags.join(' ') || null },
  ]
}

/** Runs whose name, model, tags, notes, status or number hold every word of the query. */
export function filterRuns(runs: readonly RunSummary[], query: string): readonly RunSummary[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return runs
  return runs.filter((run) => {
    const text = [run.name, run.modelName, run.status, `#${run.number}`, run.notes, ...run.tags].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** Tags as typed: separated by commas, each once. */
export function parseTags(text: string): string[] {
  return [
    ...new Set(
      text
        .split(',')
        .map((tag) => tag.trim())
        .filter(Boolean),
    ),
  ]
}

/** Names for a legend: the number stands beside names that occur twice. */
export function distinctNames(runs: readonly Pick<RunSummary, 'name' | 'number'>[]): string[] {
  return runs.map((run) =>
    runs.filter((other) => other.name === run.name).length > 1 ? `${run.name} (#${run.number})` : run.name,
  )
}
