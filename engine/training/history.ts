import type { MetricReading } from './prepare-model.ts'

/** What one epoch left behind. */
export interface EpochRecord {
  /** 1 for the first epoch. */
  epoch: number
  learningRate: number
  /** Wall time of the epoch, validation included. */
  seconds: number
  /** `loss`, `accuracy`, ... of training, and the same with `validation_` in front: means over samples. */
  metrics: Readonly<Record<string, number>>
}

/** Prefix of a metric that was measured on the validation part. */
export const VALIDATION = 'validation_'

/** Means of accumulated sums under their names, each times its factor (1 when there is none). */
export function meansOf(
  names: readonly string[],
  sums: ArrayLike<number>,
  samples: number,
  options: { prefix?: string; factors?: readonly number[] } = {},
): Record<string, number> {
  const { prefix = '', factors = [] } = options
  const means: Record<string, number> = {}
  for (const [index, name] of names.entries())
    means[prefix + name] = ((sums[index] as number) / samples) * (factors[index] ?? 1)
  return means
}

/** Metrics from accumulated sums, each by its reading, in order. */
export function readMetrics(
  readings: readonly MetricReading[],
  sums: ArrayLike<number>,
  samples: number,
  prefix = '',
): Record<string, number> {
  const values: Record<string, number> = {}
  let first = 0
  for (const { name, parts, factor, finish } of readings) {
    const means = Array.from({ length: parts }, (_, part) => (sums[first + part] as number) / samples)
    values[prefix + name] = (finish ? finish(means) : (means[0] as number)) * factor
    first += parts
  }
  return values
}

/** The values of one metric over epochs; epochs that lack it are left out. */
export function seriesOf(history: readonly EpochRecord[], metric: string): number[] {
  const values: number[] = []
  for (const record of history) {
    const value = record.metrics[metric]
    if (value !== undefined) values.push(value)
  }
  return values
}

/** Records up to and including `epoch`: what a resumed run keeps. */
export function historyUpTo(history: readonly EpochRecord[], epoch: number): EpochRecord[] {
  return history.filter((record) => record.epoch <= epoch)
}
