import { averagePrecision } from './average-precision.ts'
import { type ConfusionMatrix, confusionMatrix } from './confusion-matrix.ts'
import { areaUnderRoc } from './roc.ts'

/** Precision TP/(TP+FP), recall TP/(TP+FN), F1 = 2PR/(P+R); 0 where the denominator is 0, as scikit-learn reports. */
export interface ClassScores {
  label: string
  precision: number
  recall: number
  f1: number
  /** Rows of this class. */
  support: number
}

export interface AverageScores {
  precision: number
  recall: number
  f1: number
}

export interface ClassificationReport {
  kind: 'classification'
  samples: number
  accuracy: number
  classes: ClassScores[]
  /** Unweighted mean over classes. */
  macro: AverageScores
  /** From the counts of all classes together; equals accuracy when every row has one label. */
  micro: AverageScores
  /** Mean over classes weighted by support. */
  weighted: AverageScores
  /** Two classes: scores of the second one, the positive class. */
  binary: AverageScores | null
  /** Mean of -log(probability of the true class); null when the outputs are no probabilities. */
  logLoss: number | null
  /** Two classes: area under the ROC curve; more: mean of one-vs-rest. null when a class is missing. */
  auroc: number | null
  /** Area under the precision-recall curve (average precision), of classes as `auroc`. */
  prAuc: number | null
  confusion: ConfusionMatrix
}

/** Numbers this far from 0 and 1 at least; float32 has no finer step next to 1. */
const CLIP = 1e-7
const SUM_TOLERANCE = 1e-3

/** Class probabilities of rows, from an output of one unit (probability of the second class) or one unit a class. */
export interface ClassPredictions {
  /** Row-major rows x classes. */
  scores: Float64Array
  predicted: Int32Array
}

/** Reads an output: one unit decides at `threshold`, several by the first largest. */
export function classPredictions(output: Float32Array, width: number, threshold = 0.5): ClassPredictions {
  const rows = width === 0 ? 0 : output.length / width
  const predicted = new Int32Array(rows)
  if (width === 1) {
    const scores = new Float64Array(rows * 2)
    for (let row = 0; row < rows; row += 1) {
      const positive = output[row] as number
      scores[row * 2] = 1 - positive
      scores[row * 2 + 1] = positive
      predicted[row] = positive > threshold ? 1 : 0
    }
    return { scores, predicted }
  }
  for (let row = 0; row < rows; row += 1) {
    let best = 0
    for (let k = 1; k < width; k += 1)
      if ((output[row * width + k] as number) > (output[row * width + best] as number)) best = k
    predicted[row] = best
  }
  return { scores: Float64Array.from(output), predicted }
}

/**
 * Everything a confusion matrix and class probabilities tell. `actual` holds class indices, `output` the network's output
 * (rows x width; width 1 for two classes, else one a class).
 */
export function classificationReport(
  labels: readonly string[],
  actual: ArrayLike<number>,
  output: Float32Array,
  width: number,
): ClassificationReport {
  const { scores, predicted } = classPredictions(output, width)
  const report = scoresOf(confusionMatrix(labels, actual, predicted))
  return {
    ...report,
    logLoss: logLoss(labels.length, actual, scores),
    auroc: overClasses(areaUnderRoc, labels.length, actual, scores),
    prAuc: overClasses(averagePrecision, labels.length, actual, scores),
  }
}

/** The scores that follow from the counts alone. */
export function scoresOf(confusion: ConfusionMatrix): Omit<ClassificationReport, 'logLoss' | 'auroc' | 'prAuc'> {
  const { labels, counts } = confusion
  let samples = 0
  let hits = 0
  const predictedTotals = labels.map((_, k) => counts.reduce((sum, row) => sum + (row[k] as number), 0))
  const classes = labels.map((label, k): ClassScores => {
    const row = counts[k] as number[]
    const support = row.reduce((sum, count) => sum + count, 0)
    const truePositives = row[k] as number
    samples += support
    hits += truePositives
    const precision = ratio(truePositives, predictedTotals[k] as number)
    const recall = ratio(truePositives, support)
    return { label, precision, recall, f1: ratio(2 * precision * recall, precision + recall), support }
  })
  const accuracy = ratio(hits, samples)
  const average = (weight: (scores: ClassScores) => number): AverageScores => ({
    precision: classes.reduce((sum, scores) => sum + weight(scores) * scores.precision, 0),
    recall: classes.reduce((sum, scores) => sum + weight(scores) * scores.recall, 0),
    f1: classes.reduce((sum, scores) => sum + weight(scores) * scores.f1, 0),
  })
  const positive = labels.length === 2 ? classes[1] : undefined
  return {
    kind: 'classification',
    samples,
    accuracy,
    classes,
    macro: average(() => 1 / classes.length),
    micro: { precision: accuracy, recall: accuracy, f1: accuracy },
    weighted: average((scores) => ratio(scores.support, samples)),
    binary: positive ? { precision: positive.precision, recall: positive.recall, f1: positive.f1 } : null,
    confusion,
  }
}

function ratio(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator
}

function logLoss(classes: number, actual: ArrayLike<number>, scores: Float64Array): number | null {
  let sum = 0
  for (let row = 0; row < actual.length; row += 1) {
    let total = 0
    for (let k = 0; k < classes; k += 1) {
      const score = scores[row * classes + k] as number
      if (!(score >= 0)) return null
      total += score
    }
    if (!(Math.abs(total - 1) <= SUM_TOLERANCE)) return null
    const probability = (scores[row * classes + (actual[row] as number)] as number) / total
    sum -= Math.log(Math.min(1 - CLIP, Math.max(CLIP, probability)))
  }
  return actual.length === 0 ? null : sum / actual.length
}

/** An area of the second of two classes, else the mean of each class against the rest; null when one cannot be told. */
function overClasses(
  areaOf: (positives: Uint8Array, scores: Float64Array) => number | null,
  classes: number,
  actual: ArrayLike<number>,
  scores: Float64Array,
): number | null {
  const area = (k: number) => {
    const positives = Uint8Array.from(actual, (label) => (label === k ? 1 : 0))
    return areaOf(
      positives,
      Float64Array.from(positives, (_, row) => scores[row * classes + k] as number),
    )
  }
  if (classes === 2) return area(1)
  let sum = 0
  for (let k = 0; k < classes; k += 1) {
    const one = area(k)
    if (one === null) return null
    sum += one
  }
  return sum / classes
}
