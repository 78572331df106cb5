import type { MetricDeclaration } from '../../compile/types.ts'
import { averagedScore } from './class-averages.ts'

export const macroRecall: MetricDeclaration = { type: 'macro_recall', ...averagedScore('recall', 'macro') }
