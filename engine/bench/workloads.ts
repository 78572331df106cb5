import type { DatasetSignature, GraphDocument } from '../graph/document.ts'
import { type ChainLayer, chain } from '../templates/chain.ts'

/** A model of a size that is timed again and again. */
export interface Workload {
  id: string
  summary: string
  /** Widths of the dense layers, the input first; of a network with other layers its features and classes, 1 for a number. */
  widths: readonly number[]
  dropout: number
  batch: number
  /** Rows of random data. */
  rows: number
  /** The features are whole numbers below this: tokens of a vocabulary. */
  tokens?: number
  /** A network that is not dense layers alone: shape of a sample, what stands between Input and Output, FLOPs as in `flopsPerStep`. */
  network?: { shape: readonly number[]; layers: readonly ChainLayer[]; flops: number }
  /** Of the plan; Adam when absent. */
  optimizer?: { type: string; params: Record<string, number> }
}

const conv = (name: string, filters: number, activation = 'linear'): ChainLayer => ({
  type: 'conv2d',
  name,
  params: { filters, padding: 'same', activation },
})
const normalized = (index: number, filters: number): ChainLayer[] => [
  conv(`conv_${index}`, filters),
  { type: 'batch_normalization', name: `normal_${index}` },
  { type: 'activation', name: `relu_${index}`, params: { activation: 'relu' } },
]
const pool = (index: number): ChainLayer => ({ type: 'max_pooling2d', name: `pool_${index}` })
const classes: ChainLayer = { type: 'dense', name: 'classes', params: { units: 10, activation: 'softmax' } }

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
  {
    id: 'W3',
    summary: 'images 28x28x1, conv 32 and 64 with pooling, dense 128, dropout 0.5; Adam, batch 64',
    widths: [784, 10],
    dropout: 0.5,
    batch: 64,
    rows: 1024,
    network: {
      shape: [28, 28, 1],
      layers: [
        conv('conv_1', 32, 'relu'),
        pool(1),
        conv('conv_2', 64, 'relu'),
        pool(2),
        { type: 'flatten', name: 'flat' },
        { type: 'dense', name: 'hidden', params: { units: 128, activation: 'relu' } },
        { type: 'dropout', name: 'dropout', params: { rate: 0.5 } },
        classes,
      ],
      flops: 2 * 64 * (2 * 784 * 9 * 32 + 3 * (196 * 9 * 32 * 64 + 3136 * 128 + 128 * 10)),
    },
  },
  {
    id: 'W4',
    summary: 'images 32x32x3, four convolutions with batch normalisation; SGD with momentum, batch 64',
    widths: [3072, 10],
    dropout: 0,
    batch: 64,
    rows: 1024,
    optimizer: { type: 'sgd', params: { learningRate: 0.01, momentum: 0.9 } },
    network: {
      shape: [32, 32, 3],
      layers: [
        ...normalized(1, 32),
        ...normalized(2, 32),
        pool(1),
        ...normalized(3, 64),
        ...normalized(4, 64),
        pool(2),
        { type: 'global_average_pooling2d', name: 'means' },
        classes,
      ],
      flops:
        2 * 64 * (2 * 1024 * 9 * 3 * 32 + 3 * (1024 * 9 * 32 * 32 + 256 * 9 * 32 * 64 + 256 * 9 * 64 * 64 + 64 * 10)),
    },
  },
  {
    id: 'W5',
    summary: 'sequence 64 x 16, LSTM 64, last state, dense 1; mean squared error, Adam, batch 32',
    widths: [64 * 16, 1],
    dropout: 0,
    batch: 32,
    rows: 1024,
    network: {
      shape: [64, 16],
      layers: [
        { type: 'lstm', name: 'lstm', params: { units: 64 } },
        { type: 'dense', name: 'value', params: { units: 1 } },
      ],
      flops: 2 * 32 * (64 * 4 * 64 * (2 * 16 + 3 * 64) + 3 * 64),
    },
  },
  {
    id: 'W6',
    summary:
      '100 tokens of 10,000, embedding 64, transformer encoder block, mean; binary cross-entropy, Adam, batch 32',
    widths: [100, 2],
    dropout: 0,
    batch: 32,
    rows: 1024,
    tokens: 10000,
    network: {
      shape: [100],
      layers: [
        { type: 'embedding', name: 'tokens', params: { inputDim: 10000, outputDim: 64 } },
        { type: 'transformer_encoder', name: 'block', params: { numHeads: 4, intermediateDim: 128 } },
        { type: 'global_average_pooling1d', name: 'mean' },
        { type: 'dense', name: 'value', params: { units: 1, activation: 'sigmoid' } },
      ],
      flops: 2 * 3 * 32 * (100 * (4 * 64 * 64 + 2 * 64 * 128 + 2 * 100 * 64) + 64),
    },
  },
]

/** The workload as a document, as a user would draw it. */
export function documentOf({ widths, dropout, network }: Workload): GraphDocument {
  if (network) {
    const input: ChainLayer = { type: 'input', name: 'input', params: { shape: [...network.shape] } }
    return chain([input, ...network.layers, { type: 'output', name: 'output' }])
  }
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

/** What its random data offers to it. */
export function signatureOf({ widths, rows }: Workload): DatasetSignature {
  const units = widths.at(-1)!
  const classes = Array.from({ length: units }, (_, index) => String(index))
  return {
    rowCount: rows,
    features: [{ name: 'x', width: widths[0]! }],
    targets: [units > 1 ? { column: 'y', kind: 'classes', classes } : { column: 'y', kind: 'numeric' }],
  }
}

/**
 * Multiply-add FLOPs of a training step: forward and the gradients of weights and input, a multiply-add counting 2; the
 * first layer needs no gradient of its input.
 */
export function flopsPerStep({ widths, batch, network }: Workload): number {
  if (network) return network.flops
  let products = 0
  for (let index = 1; index < widths.length; index += 1)
    products += widths[index - 1]! * widths[index]! * (index === 1 ? 2 : 3)
  return 2 * products * batch
}
