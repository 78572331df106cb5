import type { MetricDeclaration } from '../../compile/types.ts'
import { precisionRecallArea, thresholdCounts } from './areas.ts'

export const prAuc: MetricDeclaration = {
  type: 'pr_auc',
  label: 'PR-AUC',
  help: 'Area under the precision-recall curve at 200 thresholds, interpolated (Keras AUC with curve="PR"); the report of a run holds the exact average precision.',
  ...thresholdCounts,
  finish: precisionRecallArea,
}
