import type { MetricDeclaration } from '../../compile/types.ts'
import { averagedScore } from './class-averages.ts'

export const macroPrecision: MetricDeclaration = { type: 'macro_precision', ...averagedScore('precision', 'macro') }
