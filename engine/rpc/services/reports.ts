import { type ClassificationReport as Classes, scoresOf } from '../../evaluation/classification-report.ts'
import type { EvaluationReport, OutputReport } from '../../evaluation/holdout.ts'
import type { KFoldReport } from '../../evaluation/kfold.ts'
import type { OutputPrediction } from '../../evaluation/predict.ts'
import type {
  ClassificationReport,
  GenerationReport,
  KFoldResult,
  PerClass,
  ReconstructionReport,
  RegressionReport,
  Report,
  SeveralReports,
} from '../contract/evaluation.ts'

const MAX_POINTS = 2000

/** What is measured as clients see it: the report of the first Output, and of all where there are several. `actualOf` gives true values of a target in source units. */
export function toReports(
  measured: EvaluationReport,
  predictions: readonly OutputPrediction[],
  actualOf: (target: string) => ArrayLike<number>,
): { report: Report; several?: SeveralReports } {
  const { loss, outputs } = measured
  const reports = outputs.map((output, index) => toReport(output, loss, predictions[index], actualOf))
  const [report] = reports as [Report, ...Report[]]
  if (reports.length === 1) return { report }
  const names = new Set(outputs.map(({ output }) => output))
  const nameOf = ({ output, target }: OutputReport) => {
    const together = outputs.filter((other) => other.output === output).length > 1
    return !together ? output : names.size === 1 ? target : `${output}/${target}`
  }
  const named = outputs.map((output, index) => ({ name: nameOf(output), report: reports[index]! }))
  return { report, several: { reports: named, scores: measured.metrics } }
}

function toReport(
  { report, target }: OutputReport,
  loss: number,
  prediction: OutputPrediction | undefined,
  actualOf: (target: string) => ArrayLike<number>,
): Report {
  if (report.kind === 'classification') return classification(report, loss)
  if (report.kind === 'reconstruction' || report.kind === 'generation') {
    const { kind, samples, ...scores } = report
    return { ...scores, task: kind, rows: samples, loss } as ReconstructionReport | GenerationReport
  }
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
    points: prediction?.kind === 'numeric' ? pointsOf(actualOf(target), prediction.values) : [],
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
    perClass: perClassOf(report.classes),
    macro: report.macro,
    micro: report.micro,
    weighted: report.weighted,
    confusion: report.confusion.counts,
  }
}

function perClassOf(classes: Classes['classes']): PerClass[] {
  return classes.map(({ label, ...scores }) => ({ name: label, ...scores }))
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
  const [only, ...others] = report.folds[0]?.report.outputs ?? []
  // One matrix cannot speak for several Outputs.
  const first = others.length === 0 ? only?.report : undefined
  const labels = first?.kind === 'classification' ? [...first.confusion.labels] : null
  const counts = labels ? totalConfusion(report) : null
  return {
    ...base,
    folds: report.k,
    repeats: report.repeats,
    metrics: report.metrics,
    classes: labels,
    confusion: counts,
    perClass: labels && counts ? perClassOf(scoresOf({ labels, counts }).classes) : null,
  }
}

function totalConfusion({ folds }: KFoldReport): number[][] {
  const counts = folds.map(({ report }) => {
    const output = report.outputs[0]!.report
    return output.kind === 'classification' ? output.confusion.counts : []
  })
  return counts[0]!.map((row, i) => row.map((_, j) => counts.reduce((sum, each) => sum + each[i]![j]!, 0)))
}
