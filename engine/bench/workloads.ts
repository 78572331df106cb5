import type { GraphDocument } from '../graph/document.ts'
import { type ChainLayer, chain } from '../templates/chain.ts'

/** A model of a size that is timed again and again. */
export interface Workload {
  id: string
  summary: string
  /** Widths of the dense layers, the input first. */
  widths: readonly number[]
  dropout: number
  batch: number
  /** Rows of random data. */
  rows: number
}

export const workloads: readonly Workload[] = [
  {
    id: 'W1',
    summary: 'dense 4-16-16-3, relu; softmax + cross-entropy, Adam, batch 16',
    widths: [4, 16, 16, 3],
    dropout: 0,
    batch: 16,
    rows: 160,
  },
  {
    id: 'W2',
    summary: 'dense 784-256-128-10, relu, dropout 0.2; softmax + cross-entropy, Adam, batch 128',
    widths: [784, 256, 128, 10],
    dropout: 0.2,
    batch: 128,
    rows: 8192,
  },
]

/** The workload as a document, as a user would draw it. */
export function documentOf({ widths, dropout }: Workload): GraphDocument {
  const layers: ChainLayer[] = [{ type: 'input', name: 'input' }]
  const last = widths.length - 1
  for (let index = 1; index <= last; index += 1) {
    const activation = index === last ? 'softmax' : 'relu'
    layers.push({ type: 'dense', name: `dense_${index}`, params: { units: widths[index]!, activation } })
    if (dropout > 0 && index < last)
      layers.push({ type: 'dropout', name: `dropout_${index}`, params: { rate: dropout } })
  }
  return chain([...layers, { type: 'output', name: 'output' }])
}

/**
 * Multiply-add FLOPs of a training step: forward and the gradients of weights and input, a multiply-add counting 2; the
 * first layer needs no gradient of its input.
 */
export function flopsPerStep({ widths, batch }: Workload): number {
  let products = 0
  for (let index = 1; index < widths.length; index += 1)
    products += widths[index - 1]! * widths[index]! * (index === 1 ? 2 : 3)
  return 2 * products * batch
}
