import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { elementCount } from '../../../engine/base/shape.ts'
import type { DatasetSignature } from '../../../engine/graph/document.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { readMetrics } from '../../../engine/training/history.ts'
import { parsePlan } from '../../../engine/training/plan.ts'
import { prepareModel, readingsOf } from '../../../engine/training/prepare-model.ts'
import { ModelSession } from '../../../engine/training/trainer-session.ts'
import { documentOf, type Part } from '../../support/model.ts'
import { agree } from '../../support/parity.ts'

type Weights = Record<string, number[]>

interface Fitted {
  /** One number an epoch: the loss, and metrics where the library has them. */
  history: Record<string, number[]>
  /** After training, in batches of 4. */
  evaluated?: Record<string, number>
  weights: Weights
}

interface GoldenCase {
  name: string
  item: string
  parts: Record<string, Part>
  target: 'input' | 'column'
  x: number[]
  y: number[]
  initial: Weights
  keras: Fitted
  torch: Fitted | null
}

interface Golden {
  keras: string
  torch: string
  rows: number
  batch: number
  epochs: number
  rate: number
  cases: GoldenCase[]
}

const file = join(import.meta.dirname, '../../golden/masked_losses.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden
const native = loadNative()
const rows = Int32Array.from({ length: golden.rows }, (_, row) => row)

function modelOf(entry: GoldenCase) {
  const width = entry.x.length / golden.rows
  const signature: DatasetSignature = {
    rowCount: golden.rows,
    features: Array.from({ length: width }, (_, index) => ({ name: `x${index}`, width: 1 })),
    targets: entry.target === 'column' ? [{ column: 'y', kind: 'numeric' }] : [],
  }
  const plan = parsePlan({ batchSize: golden.batch, optimizer: { type: 'sgd', params: { learningRate: golden.rate } } })
  return prepareModel({ document: documentOf(entry.parts), plan, signature })
}

/** Trains as Keras' `fit` did and evaluates: metrics of each epoch, of the evaluation, and the weights. */
async function trained(entry: GoldenCase, threads: number) {
  const model = modelOf(entry)
  const { compiled } = model
  const session = new ModelSession(native, compiled, { threads, seed: 1 })
  try {
    session.bind(
      compiled.slots.map(({ kind, rowShape }) => ({
        data: Float32Array.from(kind === 'input' ? entry.x : entry.y),
        rowSize: elementCount(rowShape),
      })),
    )
    for (const { path, offset } of compiled.weights)
      session.native.writePersistent(offset, Float32Array.from(entry.initial[path] as number[]))
    const readings = readingsOf(model)
    const run = async (program: 'train' | 'evaluate', batchSize: number, iteration: number) => {
      const learningRates = Float64Array.of(golden.rate)
      const { accumulators } = await session.native.run({ program, rows, batchSize, learningRates, iteration })
      return readMetrics(readings, accumulators, golden.rows)
    }
    const history: Record<string, number>[] = []
    const steps = Math.ceil(golden.rows / golden.batch)
    for (let epoch = 0; epoch < golden.epochs; epoch += 1) history.push(await run('train', golden.batch, epoch * steps))
    const evaluated = await run('evaluate', 4, 0)
    const weights = Object.fromEntries(
      compiled.weights.map(({ path, offset, shape }) => [
        path,
        session.native.readPersistent(offset, elementCount(shape)),
      ]),
    )
    return { history, evaluated, weights }
  } finally {
    session.dispose()
  }
}

const libraries = ['Keras', 'PyTorch'] as const

describe(`losses over the steps that a mask keeps agree with Keras ${golden.keras} and PyTorch ${golden.torch}`, () => {
  it.each(golden.cases.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    const fitted = await trained(entry, 1)
    for (const library of libraries) {
      const says = library === 'Keras' ? entry.keras : entry.torch
      if (!says) continue
      const comparison = { kind: 'training', item: 'masked losses', library } as const
      const against = (quantity: 'forward' | 'steps', what: string, actual: ArrayLike<number>, expected: number[]) =>
        agree({ ...comparison, quantity, what: `${entry.item}: ${what}`, actual, expected })
      for (const [name, expected] of Object.entries(says.history)) {
        if (fitted.history[0]?.[name] === undefined) continue
        const actual = fitted.history.map((metrics) => metrics[name] as number)
        against('forward', `${name} of the first epoch`, actual.slice(0, 1), expected.slice(0, 1))
        against('steps', `${name} of each epoch`, actual, expected)
      }
      for (const [name, expected] of Object.entries(says.evaluated ?? {}))
        if (name in fitted.evaluated)
          against('steps', `${name} evaluated`, [fitted.evaluated[name] as number], [expected])
      for (const [path, expected] of Object.entries(says.weights))
        against('steps', path, fitted.weights[path] as Float32Array, expected)
    }
    expect(Object.keys(fitted.history[0] ?? {}).length).toBe(entry.item.startsWith('mean') ? 2 : 3)
  })

  it('with the same bits on one, two and four threads', async () => {
    const entry = golden.cases[0] as GoldenCase
    const one = await trained(entry, 1)
    for (const threads of [2, 4]) expect(await trained(entry, threads)).toEqual(one)
  })
})
