import type { ClassificationReport as Classes } from '../../evaluation/classification-report.ts'
import type { EvaluationReport } from '../../evaluation/holdout.ts'
import type { KFoldReport } from '../../evaluation/kfold.ts'
import type { OutputPrediction } from '../../evaluation/predict.ts'
import type {
  ClassificationReport,
  GenerationReport,
  KFoldResult,
  ReconstructionReport,
  RegressionReport,
  Report,
} from '../contract/evaluation.ts'

const MAX_POINTS = 2000

/** The first Output's report as clients see it. `actual` are the true values of a regression in source units. */
export function toReport(
  { loss, outputs }: EvaluationReport,
  predictions: readonly OutputPrediction[],
  actual: ArrayLike<number>,
): Report {
  const { report, target } = outputs[0]!
  if (report.kind === 'classification') return classification(report, loss)
  if (report.kind === 'reconstruction' || report.kind === 'generation') {
    const { kind, samples, ...scores } = report
    return { ...scores, task: kind, rows: samples, loss } as ReconstructionReport | GenerationReport
  }
  const first = predictions[0]
  const regression: RegressionReport = {
    task: 'regression',
    target,
    rows: report.samples,
    loss,
    mae: report.mae,
    mse: report.mse,
    rmse: report.rmse,
    r2: report.r2 ?? Number.NaN,
    mape: report.mape,
    points: first?.kind === 'numeric' ? pointsOf(actual, first.values) : [],
  }
  return regression
}

function classification(report: Classes, loss: number): ClassificationReport {
  return {
    task: 'classification',
    classes: [...report.confusion.labels],
    rows: report.samples,
    loss,
    accuracy: report.accuracy,
    logLoss: report.logLoss ?? Number.NaN,
    perClass: report.classes.map(({ label, ...scores }) => ({ name: label, ...scores })),
    macro: report.macro,
    micro: report.micro,
    weighted: report.weighted,
    confusion: report.confusion.counts,
  }
}

/** Evenly chosen pairs of true and predicted value. */
function pointsOf(actual: ArrayLike<number>, predicted: ArrayLike<number>): [number, number][] {
  const stride = Math.max(1, Math.ceil(actual.length / MAX_POINTS))
  const points: [number, number][] = []
  for (let row = 0; row < actual.length; row += stride) points.push([actual[row]!, predicted[row]!])
  return points
}

/** A cross-validation as it is stored. */
export function toKFoldResult(
  base: Pick<KFoldResult, 'id' | 'model' | 'createdAt'>,
  report: KFoldReport,
): Omit<KFoldResult, never> {
  const first = report.folds[0]?.report.outputs[0]?.report
  const isClasses = first?.kind === 'classification'
  return {
    ...base,
    folds: report.k,
    repeats: report.repeats,
    metrics: report.metrics,
    classes: isClasses ? [...first.confusion.labels] : null,
    confusion: isClasses ? totalConfusion(report) : null,
  }
}

function totalConfusion({ folds }: KFoldReport): number[][] {
  const counts = folds.map(({ report }) => {
    const output = report.outputs[0]!.report
    return output.kind === 'classification' ? output.confusion.counts : []
  })
  return counts[0]!.map((row, i) => row.map((_, j) => counts.reduce((sum, each) => sum + each[i]![j]!, 0)))
}
