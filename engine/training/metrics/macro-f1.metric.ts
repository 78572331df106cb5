import type { MetricDeclaration } from '../../compile/types.ts'
import { averagedScore } from './class-averages.ts'

export const macroF1: MetricDeclaration = { type: 'macro_f1', ...averagedScore('f1', 'macro') }
