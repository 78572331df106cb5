import type { EpochRecord } from '../../../engine/rpc/contract/training.ts'
import type { Point } from '../../charts/downsample.ts'
import type { Series } from '../../charts/line-chart.ts'

/** Metric names of a history in the order they are shown, without the `validation_` prefix. */
export function metricNames(history: readonly EpochRecord[]): string[] {
  const keys = history.slice(0, 1).concat(history.slice(-1))
  return metricOrder(keys.flatMap(({ metrics }) => Object.keys(metrics)))
}

/** Names without the `validation_` prefix, each once: `loss` first, but last for a GAN, where it is the sum of two that work against each other. */
export function metricOrder(keys: readonly string[]): string[] {
  const names = [...new Set(keys.map((key) => key.replace(/^validation_/, '')))]
  const place = (name: string) => (name !== 'loss' ? 0 : names.includes('generator_loss') ? 1 : -1)
  return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b))
}

/** Curves of one metric: training and, where there is one, validation. `label` names the run when several are drawn. */
export function curvesOf(history: readonly EpochRecord[], metric: string, label = ''): Series[] {
  const series: Series[] = []
  for (const part of ['train', 'validation'] as const) {
    const key = part === 'validation' ? `validation_${metric}` : metric
    const points: Point[] = []
    for (const { epoch, metrics } of history) {
      const value = metrics[key]
      if (value !== undefined && Number.isFinite(value)) points.push([epoch, value])
    }
    if (points.length) series.push({ name: label ? `${label}, ${part}` : part, part, group: label || part, points })
  }
  return series
}

/** Seconds that the epochs of a history took. */
export function secondsOf(history: readonly EpochRecord[]): number {
  let sum = 0
  for (const { seconds } of history) sum += seconds
  return sum
}
