import type { MetricDeclaration } from '../../compile/types.ts'
import { rocArea, thresholdCounts } from './areas.ts'

export const auroc: MetricDeclaration = {
  type: 'auroc',
  label: 'AUROC',
  help: 'Area under the ROC curve at 200 thresholds, over the whole part (Keras AUC); the report of a run holds the exact one.',
  ...thresholdCounts,
  finish: rocArea,
}
