import type { MetricDeclaration } from '../../compile/types.ts'
import { averagedScore } from './class-averages.ts'

export const microF1: MetricDeclaration = { type: 'micro_f1', ...averagedScore('f1', 'micro') }
