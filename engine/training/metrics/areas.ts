import type { MetricDeclaration } from '../../compile/types.ts'
import { isBinary, ratio } from './fits.ts'

/** Keras' default. */
const THRESHOLDS = 200

/** What both areas share: counts of positives and negatives between thresholds. */
export const thresholdCounts: Pick<MetricDeclaration, 'better' | 'fits' | 'counts' | 'parts' | 'lower'> = {
  better: 'higher',
  fits: isBinary,
  counts: true,
  parts: 2 * (THRESHOLDS - 1),
  lower(builder, prediction, target, slot) {
    builder.emit('accumulate_threshold_counts', [prediction, target], { slot, thresholds: THRESHOLDS })
    return []
  },
}

/** True and false positives above each threshold, the lowest first: all, then fewer, none. */
function positivesAbove(means: readonly number[]): { hits: number[]; alarms: number[] } {
  const buckets = means.length / 2
  const hits = new Array<number>(buckets + 1).fill(0)
  const alarms = new Array<number>(buckets + 1).fill(0)
  for (let b = buckets - 1; b >= 0; b -= 1) {
    hits[b] = (hits[b + 1] as number) + (means[2 * b] as number)
    alarms[b] = (alarms[b + 1] as number) + (means[2 * b + 1] as number)
  }
  return { hits, alarms }
}

/** Area under the ROC curve by trapezoids between thresholds (Keras AUC). */
export function rocArea(means: readonly number[]): number {
  const { hits, alarms } = positivesAbove(means)
  const rate = (counts: readonly number[], i: number) => ratio(counts[i] as number, counts[0] as number)
  let area = 0
  for (let i = 0; i + 1 < hits.length; i += 1)
    area += ((rate(alarms, i) - rate(alarms, i + 1)) * (rate(hits, i) + rate(hits, i + 1))) / 2
  return area
}

/** Area under the precision-recall curve, precision interpolated as Davis and Goadrich 2006 (Keras AUC with curve="PR"). */
export function precisionRecallArea(means: readonly number[]): number {
  const { hits, alarms } = positivesAbove(means)
  let area = 0
  for (let i = 0; i + 1 < hits.length; i += 1) {
    const [above, below] = [hits[i] as number, hits[i + 1] as number]
    const [all, fewer] = [above + (alarms[i] as number), below + (alarms[i + 1] as number)]
    const slope = ratio(above - below, Math.max(all - fewer, 0))
    const intercept = below - slope * fewer
    const growth = all > 0 && fewer > 0 ? all / fewer : 1
    area += ratio(slope * (above - below + intercept * Math.log(growth)), hits[0] as number)
  }
  return area
}
