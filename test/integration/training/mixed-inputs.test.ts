import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { inferDataset } from '../../../engine/data/infer.ts'
import { encodeFeatures } from '../../../engine/data/preprocess.ts'
import { numbersToNpy, tensorToNpy, textsToNpy } from '../../../engine/data/readers/npy.ts'
import { toNpz } from '../../../engine/data/readers/npz.reader.ts'
import { splitTable } from '../../../engine/data/split.ts'
import { columnOf, pickRows } from '../../../engine/data/table.ts'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { exportOnnx } from '../../../engine/export/onnx/export-onnx.ts'
import { exportPredictionsCsv } from '../../../engine/export/predictions-csv.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { parsePlan } from '../../../engine/training/plan-parse.ts'
import { prepareData } from '../../../engine/training/prepare.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { draw } from '../../unit/graph/documents.ts'

const rows = 600

/**
 * A class that is known only from all three parts: the sign of a number, whether the picture is brighter at its left, and whether the text
 * says "not", each of which flips it.
 */
function mixedTable() {
  const random = new Random(3, 77)
  const bytes = new Uint8Array(rows * 16)
  const texts: string[] = []
  const sizes: number[] = []
  const classes: string[] = []
  const fillers = ['a', 'very', 'fine', 'thing', 'indeed', 'today']
  for (let row = 0; row < rows; row += 1) {
    const [left, not, positive] = [random.integer(2), random.integer(2), random.integer(2)]
    for (let k = 0; k < 16; k += 1) bytes[row * 16 + k] = random.integer(60) + (k % 4 < 2 === (left === 1) ? 180 : 0)
    const words = Array.from({ length: 5 }, () => fillers[random.integer(6)]!)
    if (not) words[random.integer(5)] = 'not'
    texts.push(words.join(' '))
    sizes.push((positive ? 1 : -1) * (0.2 + random.uniform()) * 40 + 7)
    classes.push((left + not + positive) % 2 ? 'odd' : 'even')
  }
  return inferDataset(
    toNpz({
      picture: tensorToNpy({ shape: [4, 4, 1], data: bytes }),
      words: textsToNpy(texts),
      size: numbersToNpy(sizes),
      y: textsToNpy(classes),
    }),
    'mixed.npz',
    { types: { words: 'text' } },
  )
}

const document = draw(
  {
    picture: ['input', { columns: ['picture'] }],
    conv: ['conv2d', { filters: 4, kernelHeight: 2, kernelWidth: 2, activation: 'relu' }],
    flat: ['flatten'],
    words: ['input', { columns: ['words'] }],
    lookup: ['embedding', { inputDim: 9, outputDim: 4 }],
    order: ['flatten'],
    size: ['input', { columns: ['size'] }],
    all: ['concatenate'],
    hidden: ['dense', { units: 32, activation: 'relu' }],
    deeper: ['dense', { units: 16, activation: 'relu' }],
    last: ['dense', { units: 1, activation: 'sigmoid' }],
    out: ['output'],
  },
  [
    'picture -> conv',
    'conv -> flat',
    'words -> lookup',
    'lookup -> order',
    'flat -> all',
    'order -> all',
    'size -> all',
    'all -> hidden',
    'hidden -> deeper',
    'deeper -> last',
    'last -> out',
  ],
)
const plan = parsePlan({ epochs: 40, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.01 } } })

describe('a model of a picture, a text and a number', async () => {
  const { description, table } = mixedTable()
  const split = splitTable(table, description)
  const native = loadNative()
  const train = (threads: number, epochs = plan.epochs) =>
    createTrainer({ native }).train({ document, plan: { ...plan, epochs }, description, table, split, threads })
  const { model } = await train(2)

  it('is sound for its data', () => {
    const { signature } = prepareData(table, description, split)
    expect(validateDocument(document, { dataset: signature, plan })).toEqual([])
  })

  it('learns what none of the three tells alone', async () => {
    const { metrics } = await evaluateRows(native, model, table, split.test)
    expect(metrics.accuracy).toBeGreaterThan(0.95)
  })

  it('gives the same bits for 1, 2 and 4 threads', async () => {
    const [one, two, four] = await Promise.all(
      [1, 2, 4].map(async (threads) => (await train(threads, 2)).last.persistent),
    )
    expect(two).toEqual(one)
    expect(four).toEqual(one)
  })

  it('predicts into a table without the pictures', async () => {
    const predictions = await predictTable(native, model, description, table, { rows: split.test })
    const [head] = exportPredictionsCsv(table, predictions).split('\n')
    expect(head).toBe('words,size,y,predicted_y,probability_y_even,probability_y_odd')
  })

  it('exports an ONNX model that takes bytes, ids and numbers, and agrees', async () => {
    const { InferenceSession, Tensor } = await import('onnxruntime-node')
    const { compiled, persistent, fitted } = model
    const exported = exportOnnx({ compiled, persistent, fitted, name: 'mixed', version: 'test' })
    expect(exported.inputs).toMatchObject([
      { name: 'features', kind: 'numbers', columns: ['size'] },
      { name: 'picture', kind: 'bytes', shape: [4, 4, 1] },
      { name: 'words', kind: 'tokens', shape: [5] },
    ])
    expect(exported.notes.join(' ')).toMatch(/picture is given as N x 4 x 4 x 1 bytes.*words is given as 5 token ids/)
    const picked = pickRows(columnOf(table, 'picture'), split.test)
    const numbers = pickRows(columnOf(table, 'size'), split.test)
    const ids = encodeFeatures(table, fitted, ['words'])
    const wanted = Array.from(split.test).flatMap((row) => [...ids.data.slice(row * 5, row * 5 + 5)])
    const session = await InferenceSession.create(exported.bytes)
    const count = split.test.length
    const results = await session.run({
      features: new Tensor('float32', Float32Array.from(numbers.type === 'numeric' ? numbers.values : []), [count, 1]),
      picture: new Tensor('uint8', picked.type === 'tensor' ? (picked.data as Uint8Array) : [], [count, 4, 4, 1]),
      words: new Tensor('int64', BigInt64Array.from(wanted, BigInt), [count, 5]),
    })
    const theirs = results.out!.data as Float32Array
    const { outputs } = await predictTable(native, model, description, table, { rows: split.test })
    const [ours] = outputs
    if (ours?.kind !== 'classes') throw new Error('classes were predicted')
    for (let row = 0; row < count; row += 1)
      expect(Math.abs(theirs[row]! - ours.scores[row * 2 + 1]!)).toBeLessThan(1e-5)
  })
})
