import type { MetricDeclaration } from '../../compile/types.ts'
import { isBinary, positives, ratio } from './fits.ts'

export const f1: MetricDeclaration = {
  type: 'f1',
  label: 'F1',
  help: '$2PR / (P + R)$, the harmonic mean of precision and recall. Keras F1Score with a threshold of 0.5.',
  better: 'higher',
  fits: isBinary,
  parts: 3,
  lower: positives,
  finish: ([right, predicted, actual]) => ratio(2 * (right as number), (predicted as number) + (actual as number)),
}
