import type { EpochRecord } from '../../../engine/rpc/contract/training.ts'
import type { Series } from '../../charts/line-chart.ts'

/** Metric names of a history, `loss` first, without the `validation_` prefix. */
export function metricNames(history: readonly EpochRecord[]): string[] {
  const names = new Set<string>()
  for (const record of history.slice(0, 1).concat(history.slice(-1)))
    for (const name of Object.keys(record.metrics)) names.add(name.replace(/^validation_/, ''))
  return [...names].sort((a, b) => Number(b === 'loss') - Number(a === 'loss') || a.localeCompare(b))
}

/** Curves of one metric: training and, where there is one, validation. `label` names the run when several are drawn. */
export function curvesOf(history: readonly EpochRecord[], metric: string, label = ''): Series[] {
  const series: Series[] = []
  for (const part of ['train', 'validation'] as const) {
    const key = part === 'validation' ? `validation_${metric}` : metric
    const points = history.flatMap((record) => {
      const value = record.metrics[key]
      return value === undefined || !Number.isFinite(value) ? [] : [[record.epoch, value] as const]
    })
    if (points.length) series.push({ name: label ? `${label}, ${part}` : part, part, group: label || metric, points })
  }
  return series
}

/** `validation_accuracy` as people say it: `Validation accuracy`. */
export function metricLabel(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
