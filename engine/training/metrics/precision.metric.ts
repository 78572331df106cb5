import type { MetricDeclaration } from '../../compile/types.ts'
import { isBinary, positives, ratio } from './fits.ts'

export const precision: MetricDeclaration = {
  type: 'precision',
  label: 'Precision',
  help: '$TP / (TP + FP)$: share of what is called positive that is; the second class is the positive one, at 0.5. Over the whole part, not the mean of batches. Keras Precision.',
  better: 'higher',
  fits: isBinary,
  parts: 3,
  lower: positives,
  finish: ([right, predicted]) => ratio(right as number, predicted as number),
}
