import type { MetricDeclaration } from '../../compile/types.ts'
import { isBinary, positives, ratio } from './fits.ts'

export const recall: MetricDeclaration = {
  type: 'recall',
  label: 'Recall',
  help: '$TP / (TP + FN)$: share of the positives that are found; the second class is the positive one, at 0.5. Keras Recall.',
  better: 'higher',
  fits: isBinary,
  parts: 3,
  lower: positives,
  finish: ([right, , actual]) => ratio(right as number, actual as number),
}
