import type { MetricDeclaration } from '../../compile/types.ts'
import { averagedScore } from './class-averages.ts'

export const microRecall: MetricDeclaration = { type: 'micro_recall', ...averagedScore('recall', 'micro') }
