import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import { elementCount } from '../../../engine/base/shape.ts'
import { findLayer } from '../../../engine/layers/registry.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { defaultPlan } from '../../../engine/training/plan.ts'
import { prepareModel } from '../../../engine/training/prepare-model.ts'
import { ModelSession } from '../../../engine/training/trainer-session.ts'
import { documentOf, type Part } from '../../support/model.ts'
import { agree, type Quantity, TOLERANCE } from '../../support/parity.ts'

interface GoldenCase {
  name: string
  type: string
  params: JsonObject
  shape: number[]
  rows: number
  x: number[]
  y: number[]
  outputShape: number[]
  output: number[]
  inputGradient: number[]
  gradients: number[][]
  initial: number[][]
  final: number[][]
}

interface Golden {
  keras: string
  torch: string
  steps: number
  learningRate: number
  momentum: number
  cases: GoldenCase[]
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/convolution.json'), 'utf8')) as Golden
const native = loadNative()

/**
 * The case's model behind a Dense layer whose kernel holds the images: row r of the data is the r-th unit vector, so that the layer sees
 * image r, and the gradient of that kernel is the gradient of the layer's input.
 */
class CaseSession {
  readonly entry: GoldenCase
  readonly session: ModelSession

  constructor(entry: GoldenCase, options: { frozen: boolean; momentum: number; learningRate: number }) {
    this.entry = entry
    const size = elementCount(entry.shape)
    const images: Part = { type: 'dense', params: { units: size, useBias: false }, frozen: options.frozen }
    const document = documentOf({
      in: { type: 'input' },
      images,
      shaped: { type: 'reshape', params: { targetShape: entry.shape } },
      tested: { type: entry.type, params: entry.params },
      flat: { type: 'flatten' },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output', params: { loss: 'mean_squared_error' } },
    })
    const { learningRate, momentum } = options
    const plan = {
      ...defaultPlan,
      batchSize: entry.rows,
      optimizer: { type: 'sgd', params: { learningRate, momentum } },
    }
    const signature = {
      rowCount: entry.rows,
      features: Array.from({ length: entry.rows }, (_, index) => ({ name: `x${index}`, width: 1 })),
      targets: [{ column: 'y', kind: 'numeric' as const }],
    }
    const { compiled } = prepareModel({ document, plan, signature })
    this.session = new ModelSession(native, compiled, { threads: 2, seed: 1 })
    const unit = Float32Array.from({ length: entry.rows ** 2 }, (_, at) => (at % (entry.rows + 1) === 0 ? 1 : 0))
    this.session.bind([
      { data: unit, rowSize: entry.rows },
      { data: Float32Array.from(entry.y), rowSize: 1 },
    ])
    for (const [index, values] of [entry.x, ...entry.initial].entries()) this.write(index, values)
  }

  write(index: number, values: readonly number[]): void {
    const weight = this.session.compiled.weights[index]!
    expect(elementCount(weight.shape), weight.path).toBe(values.length)
    this.session.native.writePersistent(weight.offset, Float32Array.from(values))
  }

  read(index: number): Float32Array {
    const { offset, shape } = this.session.compiled.weights[index]!
    return this.session.native.readPersistent(offset, elementCount(shape))
  }

  async train(steps: number, learningRate: number): Promise<void> {
    for (let iteration = 0; iteration < steps; iteration += 1)
      await this.session.native.run({
        program: 'train',
        rows: Int32Array.from({ length: this.entry.rows }, (_, row) => row),
        batchSize: this.entry.rows,
        learningRates: Float64Array.of(learningRate),
        iteration,
      })
  }
}

function compare(
  entry: GoldenCase,
  quantity: Quantity,
  what: string,
  actual: ArrayLike<number>,
  expected: readonly number[],
): void {
  const item = findLayer(entry.type)?.keras ?? entry.type
  agree({ kind: 'layer', item, library: 'Keras', quantity, actual, expected, what })
}

describe(`convolution and pooling agree with Keras ${golden.keras} on PyTorch ${golden.torch}`, () => {
  it.each(golden.cases.map((entry) => [entry.name, entry] as const))(
    '%s: what the layer computes',
    async (_, entry) => {
      const test = new CaseSession(entry, { frozen: true, momentum: 0, learningRate: 1 })
      const last = test.session.compiled.weights.findIndex(({ path }) => path === 'last/kernel')
      const size = elementCount(entry.outputShape)
      const rows = Int32Array.from({ length: entry.rows }, (_row, index) => index)
      const actual = new Float32Array(entry.rows * size)
      test.write(last + 1, [0])
      for (let at = 0; at < size; at += 1) {
        test.write(
          last,
          Array.from({ length: size }, (_item, index) => (index === at ? 1 : 0)),
        )
        const [column] = await test.session.predict(rows)
        for (const row of rows) actual[row * size + at] = column![row]!
      }
      compare(entry, 'forward', 'output', actual, entry.output)
      test.session.dispose()
    },
  )

  it.each(golden.cases.map((entry) => [entry.name, entry] as const))('%s: every gradient', async (_, entry) => {
    // One step without momentum: what a weight loses is the rate times its gradient, and at a large rate little is lost to rounding.
    const rate = 64
    const test = new CaseSession(entry, { frozen: false, momentum: 0, learningRate: rate })
    await test.train(1, rate)
    for (const [index, expected] of [entry.inputGradient, ...entry.gradients].entries()) {
      const before = index === 0 ? entry.x : entry.initial[index - 1]!
      const gradient = test.read(index).map((value, at) => (Math.fround(before[at]!) - value) / rate)
      compare(entry, 'gradient', test.session.compiled.weights[index]!.path, gradient, expected)
    }
    test.session.dispose()
  })

  it.each(golden.cases.map((entry) => [entry.name, entry] as const))('%s: ten training steps', async (_, entry) => {
    const { learningRate, momentum } = golden
    const test = new CaseSession(entry, { frozen: true, momentum, learningRate })
    await test.train(golden.steps, learningRate)
    for (const [index, expected] of entry.final.entries())
      compare(entry, 'steps', test.session.compiled.weights[index + 1]!.path, test.read(index + 1), expected)
    test.session.dispose()
  })

  it('over steps that change some weight of every case far more than the tolerance', () => {
    for (const { name, initial, final } of golden.cases) {
      const moved = final.flat().map((value, at) => Math.abs(value - initial.flat()[at]!))
      expect(Math.max(...moved), name).toBeGreaterThan(100 * TOLERANCE.steps)
    }
  })
})
