import type { MetricDeclaration } from '../../compile/types.ts'
import { averagedScore } from './class-averages.ts'

export const weightedRecall: MetricDeclaration = { type: 'weighted_recall', ...averagedScore('recall', 'weighted') }
