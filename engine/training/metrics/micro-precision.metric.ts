import type { MetricDeclaration } from '../../compile/types.ts'
import { averagedScore } from './class-averages.ts'

export const microPrecision: MetricDeclaration = { type: 'micro_precision', ...averagedScore('precision', 'micro') }
