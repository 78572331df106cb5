import type { KFoldResult } from '../../../engine/rpc/contract/evaluation.ts'
import { formatNumber } from '../../services/format.ts'
import { metricName } from '../../services/metric-names.ts'

/** What the form asks for; the model is the open one. */
export interface FoldRequest {
  folds: number
  repeats: number
  stratified: boolean
  time: boolean
  shuffleLabels: boolean
  group?: string
}

const headline = ['accuracy', 'f1', 'r2', 'rmse', 'mae', 'loss']

/** The figures that matter most as mean ± sd, at most four. */
export function headlineScores(result: KFoldResult): { name: string; label: string; text: string }[] {
  return headline
    .flatMap((name) => {
      const score = result.metrics[name]
      return score
        ? [{ name, label: metricName(name), text: `${formatNumber(score.mean)} ± ${formatNumber(score.sd, 2)}` }]
        : []
    })
    .slice(0, 4)
}

/** `5 folds`, `5 folds x 3`. */
export function foldsText({ folds, repeats }: Pick<KFoldResult, 'folds' | 'repeats'>): string {
  return repeats > 1 ? `${folds} folds x ${repeats}` : `${folds} folds`
}
