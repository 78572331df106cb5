import type { MetricDeclaration } from '../../compile/types.ts'
import { averagedScore } from './class-averages.ts'

export const weightedPrecision: MetricDeclaration = {
  type: 'weighted_precision',
  ...averagedScore('precision', 'weighted'),
}
