import type { MetricDeclaration } from '../../compile/types.ts'
import { averagedScore } from './class-averages.ts'

export const weightedF1: MetricDeclaration = { type: 'weighted_f1', ...averagedScore('f1', 'weighted') }
