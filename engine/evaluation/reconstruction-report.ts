import { quantile } from '../data/transforms/transform.ts'
import { areaUnderRoc } from './roc.ts'

/** How the reconstruction errors of some rows are spread; `counts` are rows between one edge of the report and the next. */
export interface ErrorDistribution {
  name: string
  rows: number
  mean: number
  min: number
  median: number
  max: number
  counts: number[]
}

/** What an autoencoder fails to give back. The error of a row is the mean squared difference over its numbers, in scaled units. */
export interface ReconstructionReport {
  kind: 'reconstruction'
  samples: number
  mse: number
  rmse: number
  mae: number
  /** The quantile of the errors of `thresholdPart` from which a row counts as an anomaly; null without such rows. */
  threshold: number | null
  thresholdQuantile: number
  thresholdPart: string | null
  /** Share of these rows above the threshold. */
  flagged: number | null
  edges: number[]
  /** Of the parts for comparison, then of these rows, unless they are such a part: all, or ordinary ones and anomalies where labels tell them apart. */
  distributions: ErrorDistribution[]
  /** By label of the target column, which the network has not seen. */
  labels: { label: string; rows: number; mean: number; flagged: number | null }[]
  /** Labels that count as anomalies: those held out of training, else the second of two. */
  anomalies: string[]
  /** Probability that an anomaly has a larger error than an ordinary row; null when one of them is missing. */
  auroc: number | null
  /** Shares of anomalies and of ordinary rows above the threshold. */
  detected: number | null
  falseAlarms: number | null
  /** Rows with the largest errors, largest first. */
  worst: { row: number; error: number; label: string | null }[]
}

export interface ReconstructionInput {
  /** Numbers of the rows in the table. */
  rows: Int32Array
  squared: Float64Array
  absolute: Float64Array
  quantile: number
  /** Errors of parts to compare with; the threshold is taken from the last one. `same` marks one that consists of these very rows. */
  references: readonly { name: string; errors: Float64Array; same?: boolean }[]
  /** Index of each row's label, -1 = none. */
  labels?: { names: readonly string[]; codes: ArrayLike<number> }
  anomalies: readonly string[]
}

const BINS = 24
const WORST = 10

const mean = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i += 1) sum += values[i] as number
  return values.length === 0 ? Number.NaN : sum / values.length
}

/** Share of the errors above the threshold; null where there is nothing to count or no threshold. */
function shareAbove(errors: ArrayLike<number>, threshold: number | null): number | null {
  if (threshold === null || errors.length === 0) return null
  let above = 0
  for (let i = 0; i < errors.length; i += 1) if ((errors[i] as number) > threshold) above += 1
  return above / errors.length
}

function distribution(name: string, errors: Float64Array, edges: readonly number[]): ErrorDistribution {
  const sorted = Float64Array.from(errors).sort()
  const counts = new Array<number>(BINS).fill(0)
  const width = (edges.at(-1) as number) / BINS
  for (const error of sorted) counts[Math.min(BINS - 1, width > 0 ? Math.floor(error / width) : 0)]! += 1
  const [min, max] = [sorted[0] ?? Number.NaN, sorted.at(-1) ?? Number.NaN]
  return { name, rows: sorted.length, mean: mean(sorted), min, median: quantile(sorted, 0.5), max, counts }
}

/** The report of rows whose errors are known. */
export function reconstructionReport(input: ReconstructionInput): ReconstructionReport {
  const { rows, squared, absolute, references, labels, anomalies } = input
  const base = references.at(-1)
  const threshold = base?.errors.length ? quantile(Float64Array.from(base.errors).sort(), input.quantile) : null
  const largest = Math.max(
    0,
    ...[squared, ...references.map(({ errors }) => errors)].map((errors) => errors.reduce((a, b) => Math.max(a, b), 0)),
  )
  const edges = Array.from({ length: BINS + 1 }, (_, index) => (largest * index) / BINS)
  const labelOf = (index: number): string | null => labels?.names[labels.codes[index] as number] ?? null
  const odd = new Set(anomalies)
  const positives = Uint8Array.from(rows, (_, index) => (odd.has(labelOf(index) ?? '') ? 1 : 0))
  const some = (wanted: (index: number) => boolean) => squared.filter((_, index) => wanted(index))
  const strange = some((index) => positives[index] === 1)
  const ordinary = some((index) => positives[index] === 0)
  const known = strange.length > 0 && ordinary.length > 0
  const groups: [string, Float64Array][] = known
    ? [
        ['ordinary rows', ordinary],
        [`anomalies: ${anomalies.join(', ')}`, strange],
      ]
    : references.some(({ same }) => same)
      ? []
      : [['these rows', squared]]
  const mse = mean(squared)
  const order = Array.from(rows, (_, index) => index).sort((a, b) => squared[b]! - squared[a]! || a - b)
  return {
    kind: 'reconstruction',
    samples: rows.length,
    mse,
    rmse: Math.sqrt(mse),
    mae: mean(absolute),
    threshold,
    thresholdQuantile: input.quantile,
    thresholdPart: threshold === null ? null : (base?.name ?? null),
    flagged: shareAbove(squared, threshold),
    edges,
    distributions: [
      ...references.map(({ name, errors }) => distribution(name, errors, edges)),
      ...groups.map(([name, errors]) => distribution(name, errors, edges)),
    ],
    labels: (labels?.names ?? []).flatMap((label) => {
      const errors = some((index) => labelOf(index) === label)
      return errors.length === 0
        ? []
        : [{ label, rows: errors.length, mean: mean(errors), flagged: shareAbove(errors, threshold) }]
    }),
    anomalies: known ? [...anomalies] : [],
    auroc: known ? areaUnderRoc(positives, squared) : null,
    detected: known ? shareAbove(strange, threshold) : null,
    falseAlarms: known ? shareAbove(ordinary, threshold) : null,
    worst: order.slice(0, WORST).map((index) => ({ row: rows[index]!, error: squared[index]!, label: labelOf(index) })),
  }
}
