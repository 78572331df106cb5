import type { ReferenceImplementation } from '../op.ts'
import { softmaxOf } from './softmax.ts'
import { operand, sizeOf, tensorOf } from './tensor.ts'

const CLIP = 1e-7

const clip = (p: number): number => Math.min(Math.max(p, CLIP), 1 - CLIP)
const isInside = (p: number): boolean => p >= CLIP && p <= 1 - CLIP
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** Prediction or target of one sample. */
export type Row = readonly number[]

function rowsOf(prediction: ReferenceRow, target: ReferenceRow, n: number): { p: Row; t: Row }[] {
  const width = prediction.length / n
  const targets = target.length / n
  return Array.from({ length: n }, (_, i) => ({
    p: [...prediction.slice(i * width, (i + 1) * width)],
    t: [...target.slice(i * targets, (i + 1) * targets)],
  }))
}

type ReferenceRow = Float64Array

/** A per-sample function of prediction and target, and of the op's one attribute where it has one. */
export function perSample(value: (p: Row, t: Row, attribute: number) => number): ReferenceImplementation {
  return ([prediction, target], attributes, [shape], { n }) => {
    const rows = rowsOf(operand(prediction).data, operand(target).data, n)
    const attribute = Number(Object.values(attributes)[0] ?? 0)
    return [tensorOf(shape as number[], (i) => value((rows[i] as { p: Row }).p, (rows[i] as { t: Row }).t, attribute))]
  }
}

/** g times the derivative of a per-sample function by each element of the prediction. */
export function perSampleGradient(derivative: (p: Row, t: Row, attribute: number) => Row): ReferenceImplementation {
  return ([g, prediction, target], attributes, [shape], { n }) => {
    const rows = rowsOf(operand(prediction).data, operand(target).data, n)
    const width = sizeOf(shape as number[]) / n
    const attribute = Number(Object.values(attributes)[0] ?? 0)
    const gradients = rows.map(({ p, t }) => derivative(p, t, attribute))
    return [
      tensorOf(shape as number[], (i) => {
        const row = Math.floor(i / width)
        return (operand(g).data[row] as number) * ((gradients[row] as Row)[i % width] as number)
      }),
    ]
  }
}

const pairs = (p: Row, t: Row, value: (p: number, t: number) => number): number[] =>
  p.map((element, index) => value(element, t[index] as number))
const mean = (values: readonly number[]): number => total(values) / values.length
/** The distribution that a class number stands for. */
const oneHot = (t: Row, classes: number): number[] => Array.from({ length: classes }, (_, c) => (c === t[0] ? 1 : 0))

export const meanSquaredError = perSample((p, t) => mean(pairs(p, t, (a, b) => (a - b) ** 2)))
export const meanSquaredErrorGradient = perSampleGradient((p, t) => pairs(p, t, (a, b) => (2 * (a - b)) / p.length))

export const meanAbsoluteError = perSample((p, t) => mean(pairs(p, t, (a, b) => Math.abs(a - b))))
export const meanAbsoluteErrorGradient = perSampleGradient((p, t) => pairs(p, t, (a, b) => Math.sign(a - b) / p.length))

export const binaryCrossEntropy = perSample((p, t) =>
  mean(pairs(p, t, (a, b) => -(b * Math.log(clip(a)) + (1 - b) * Math.log(1 - clip(a))))),
)
export const binaryCrossEntropyGradient = perSampleGradient((p, t) =>
  pairs(p, t, (a, b) => (isInside(a) ? ((1 - b) / (1 - a) - b / a) / p.length : 0)),
)

const crossEntropy = (p: Row, t: Row): number => -total(pairs(p, t, (a, b) => b * Math.log(clip(a / total(p)))))
/** d/dp_i of -sum t_j log(p_j / s) with s = sum p: -t_i / p_i + (sum of t_j whose probability is not clipped) / s. */
function crossEntropyGradient(p: Row, t: Row): number[] {
  const s = total(p)
  const active = pairs(p, t, (a, b) => (isInside(a / s) ? b : 0))
  return p.map((a, i) => total(active) / s - (active[i] as number) / a)
}

export const categoricalCrossEntropy = perSample(crossEntropy)
export const categoricalCrossEntropyGradient = perSampleGradient(crossEntropyGradient)
export const sparseCategoricalCrossEntropy = perSample((p, t) => crossEntropy(p, oneHot(t, p.length)))
export const sparseCategoricalCrossEntropyGradient = perSampleGradient((p, t) =>
  crossEntropyGradient(p, oneHot(t, p.length)),
)

export const sigmoidCrossEntropy = perSample((p, t) =>
  mean(pairs(p, t, (x, b) => Math.max(x, 0) - x * b + Math.log1p(Math.exp(-Math.abs(x))))),
)
export const sigmoidCrossEntropyGradient = perSampleGradient((p, t) =>
  pairs(p, t, (x, b) => (1 / (1 + Math.exp(-x)) - b) / p.length),
)

function logitCrossEntropy(x: Row, t: Row): number {
  const most = Math.max(...x)
  const logSum = most + Math.log(total(x.map((value) => Math.exp(value - most))))
  return total(pairs(x, t, (value, b) => b * (logSum - value)))
}
function logitCrossEntropyGradient(x: Row, t: Row): number[] {
  const mass = total(t)
  return pairs(softmaxOf(x), t, (q, b) => q * mass - b)
}

export const softmaxCrossEntropy = perSample(logitCrossEntropy)
export const softmaxCrossEntropyGradient = perSampleGradient(logitCrossEntropyGradient)
export const sparseSoftmaxCrossEntropy = perSample((x, t) => logitCrossEntropy(x, oneHot(t, x.length)))
export const sparseSoftmaxCrossEntropyGradient = perSampleGradient((x, t) =>
  logitCrossEntropyGradient(x, oneHot(t, x.length)),
)

const largest = (row: Row): number => row.indexOf(Math.max(...row))

export const categoricalAccuracy = perSample((p, t) => (largest(p) === largest(t) ? 1 : 0))
export const sparseCategoricalAccuracy = perSample((p, t) => (largest(p) === t[0] ? 1 : 0))
export const binaryAccuracy = perSample((p, t, threshold) =>
  mean(pairs(p, t, (a, b) => ((a > threshold ? 1 : 0) === b ? 1 : 0))),
)
