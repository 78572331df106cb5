import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { elementCount } from '../../../engine/base/shape.ts'
import { findLayer } from '../../../engine/layers/registry.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { defaultPlan } from '../../../engine/training/plan.ts'
import { prepareModel } from '../../../engine/training/prepare-model.ts'
import { ModelSession } from '../../../engine/training/trainer-session.ts'
import { documentOf, type Part } from '../../support/model.ts'
import { agree, type Quantity, TOLERANCE } from '../../support/parity.ts'

type Weights = Readonly<Record<string, readonly number[]>>

interface GoldenCase {
  name: string
  parts: Record<string, Part>
  rows: number
  x: number[]
  y: number[]
  outputShape: number[]
  output: number[]
  initial: Weights
  gradients: Weights
  final: Weights
}

interface Golden {
  keras: string
  torch: string
  steps: number
  learningRate: number
  momentum: number
  cases: GoldenCase[]
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/merging.json'), 'utf8')) as Golden
const native = loadNative()

/** The network of a case with its weights and data. */
class CaseSession {
  readonly entry: GoldenCase
  readonly session: ModelSession
  readonly rows: Int32Array

  constructor(entry: GoldenCase, options: { momentum: number; learningRate: number }) {
    this.entry = entry
    this.rows = Int32Array.from({ length: entry.rows }, (_, row) => row)
    const document = documentOf({
      ...entry.parts,
      flat: { type: 'flatten' },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output', params: { loss: 'mean_squared_error' } },
    })
    const width = entry.x.length / entry.rows
    const plan = { ...defaultPlan, batchSize: entry.rows, optimizer: { type: 'sgd', params: options } }
    const signature = {
      rowCount: entry.rows,
      features: Array.from({ length: width }, (_, index) => ({ name: `x${index}`, width: 1 })),
      targets: [{ column: 'y', kind: 'numeric' as const }],
    }
    const { compiled } = prepareModel({ document, plan, signature })
    this.session = new ModelSession(native, compiled, { threads: 2, seed: 1 })
    this.session.bind([
      { data: Float32Array.from(entry.x), rowSize: width },
      { data: Float32Array.from(entry.y), rowSize: 1 },
    ])
    for (const [path, values] of Object.entries(entry.initial)) this.write(path, values)
  }

  #weight(path: string) {
    const weight = this.session.compiled.weights.find((candidate) => candidate.path === path)
    if (!weight) throw new Error(`no weight ${path}`)
    return weight
  }

  write(path: string, values: readonly number[]): void {
    const { offset, shape } = this.#weight(path)
    expect(elementCount(shape), path).toBe(values.length)
    this.session.native.writePersistent(offset, Float32Array.from(values))
  }

  read(path: string): Float32Array {
    const { offset, shape } = this.#weight(path)
    return this.session.native.readPersistent(offset, elementCount(shape))
  }

  async train(steps: number, learningRate: number): Promise<void> {
    for (let iteration = 0; iteration < steps; iteration += 1)
      await this.session.native.run({
        program: 'train',
        rows: this.rows,
        batchSize: this.entry.rows,
        learningRates: Float64Array.of(learningRate),
        iteration,
      })
  }
}

const cases = golden.cases.map((entry) => [entry.name, entry] as const)

function compare(
  entry: GoldenCase,
  quantity: Quantity,
  what: string,
  actual: ArrayLike<number>,
  expected: readonly number[],
): void {
  const item = findLayer(entry.parts.tested!.type)?.keras ?? entry.parts.tested!.type
  agree({ kind: 'layer', item, library: 'Keras', quantity, actual, expected, what })
}

describe(`merging, normalisation and embedding agree with Keras ${golden.keras} on PyTorch ${golden.torch}`, () => {
  it.each(cases)('%s: what the layer computes', async (_, entry) => {
    const test = new CaseSession(entry, { momentum: 0, learningRate: 1 })
    const size = elementCount(entry.outputShape)
    const actual = new Float32Array(entry.rows * size)
    test.write('last/bias', [0])
    for (let at = 0; at < size; at += 1) {
      test.write(
        'last/kernel',
        Array.from({ length: size }, (_item, index) => (index === at ? 1 : 0)),
      )
      const [column] = await test.session.predict(test.rows)
      for (const row of test.rows) actual[row * size + at] = column![row]!
    }
    compare(entry, 'forward', 'output', actual, entry.output)
    test.session.dispose()
  })

  it.each(cases)('%s: every gradient', async (_, entry) => {
    // One step without momentum: what a weight loses is the rate times its gradient, and at a large rate little is lost to rounding.
    const rate = 64
    const test = new CaseSession(entry, { momentum: 0, learningRate: rate })
    await test.train(1, rate)
    for (const [path, expected] of Object.entries(entry.gradients)) {
      const before = entry.initial[path]!
      const gradient = test.read(path).map((value, at) => (Math.fround(before[at]!) - value) / rate)
      compare(entry, 'gradient', path, gradient, expected)
    }
    test.session.dispose()
  })

  it.each(cases)('%s: ten training steps', async (_, entry) => {
    const { learningRate, momentum } = golden
    const test = new CaseSession(entry, { momentum, learningRate })
    await test.train(golden.steps, learningRate)
    for (const [path, expected] of Object.entries(entry.final)) compare(entry, 'steps', path, test.read(path), expected)
    test.session.dispose()
  })

  it('over steps that change some weight of every case far more than the tolerance', () => {
    for (const { name, initial, final } of golden.cases) {
      const moved = Object.entries(final).flatMap(([path, values]) =>
        values.map((value, at) => Math.abs(value - initial[path]![at]!)),
      )
      expect(Math.max(...moved), name).toBeGreaterThan(100 * TOLERANCE.steps)
    }
  })
})
