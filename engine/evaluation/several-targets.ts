import type { ClassificationReport } from './classification-report.ts'
import type { RegressionReport } from './regression-report.ts'

/** The numbers of one unit, row by row, of an output with `width` of them. */
export function unitOf(output: Float32Array, width: number, unit: number): Float32Array {
  if (width === 1) return output
  return Float32Array.from({ length: output.length / width }, (_, row) => output[row * width + unit] as number)
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The mean of all, or null where one is missing. */
function meanOf(values: readonly (number | null)[]): number | null {
  return values.every((value) => value !== null) ? mean(values as readonly number[]) : null
}

/**
 * Scores of labels that one Output predicts together, from the report of each: the positive class is the second one. `right` is the number of
 * rows whose labels are all right. Averages as scikit-learn's for indicator matrices; accuracy is the share of labels (Keras BinaryAccuracy),
 * `exact_match` that of rows (scikit-learn accuracy_score).
 */
export function labelScores(reports: readonly ClassificationReport[], right: number): Record<string, number | null> {
  const positive = reports.map(({ classes }) => classes[1] as ClassificationReport['classes'][number])
  const binary = reports.map(({ binary }) => binary as NonNullable<ClassificationReport['binary']>)
  const samples = reports[0]?.samples ?? 0
  const [hits, predicted, actual] = [
    reports.map(({ confusion: { counts } }) => counts[1]?.[1] ?? 0),
    reports.map(({ confusion: { counts } }) => (counts[0]?.[1] ?? 0) + (counts[1]?.[1] ?? 0)),
    positive.map(({ support }) => support),
  ].map((counts) => counts.reduce((sum, count) => sum + count, 0)) as [number, number, number]
  const macro = mean(binary.map(({ f1 }) => f1))
  const ratio = (numerator: number, denominator: number) => (denominator === 0 ? 0 : numerator / denominator)
  return {
    accuracy: mean(reports.map(({ accuracy }) => accuracy)),
    exact_match: ratio(right, samples),
    precision: mean(binary.map(({ precision }) => precision)),
    recall: mean(binary.map(({ recall }) => recall)),
    f1: macro,
    f1_macro: macro,
    f1_micro: ratio(2 * hits, predicted + actual),
    f1_weighted: positive.reduce((sum, { f1, support }) => sum + f1 * ratio(support, actual), 0),
    log_loss: meanOf(reports.map(({ logLoss }) => logLoss)),
    auroc: meanOf(reports.map(({ auroc }) => auroc)),
    pr_auc: meanOf(reports.map(({ prAuc }) => prAuc)),
  }
}

/** Scores of numbers that one Output predicts together: means over the columns, each in its own units (scikit-learn's `uniform_average`). */
export function numberScores(reports: readonly RegressionReport[]): Record<string, number | null> {
  return {
    mae: mean(reports.map(({ mae }) => mae)),
    mse: mean(reports.map(({ mse }) => mse)),
    rmse: mean(reports.map(({ rmse }) => rmse)),
    r2: meanOf(reports.map(({ r2 }) => r2)),
    mape: meanOf(reports.map(({ mape }) => mape)),
  }
}
