import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import { elementCount } from '../../../engine/base/shape.ts'
import { layers } from '../../../engine/layers/registry.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { parsePlan } from '../../../engine/training/plan.ts'
import { prepareModel } from '../../../engine/training/prepare-model.ts'
import { ModelSession } from '../../../engine/training/trainer-session.ts'
import { documentOf, type Part } from '../../support/model.ts'
import { agree, relativeError, TOLERANCE } from '../../support/parity.ts'

interface GoldenCase {
  /** Rows of docs/parity.md: what is put on the layer. */
  items: string[]
  type: string
  params: JsonObject
  shape: number[]
  rows: number
  rate: number
  x: number[]
  y: number[]
  initial: number[][]
  losses: number[]
  final: number[][]
}

const file = join(import.meta.dirname, '../../golden/penalties.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as { keras: string; steps: number; cases: GoldenCase[] }
const native = loadNative()

function sessionFor({ type, params, shape, rows, x, y, initial }: GoldenCase): ModelSession {
  const tested: Part = { type, params, from: type === 'multi_head_attention' ? ['shaped', 'shaped'] : ['shaped'] }
  const document = documentOf({
    in: { type: 'input' },
    shaped: { type: 'reshape', params: { targetShape: shape } },
    tested,
    flat: { type: 'flatten' },
    last: { type: 'dense', params: { units: 1 } },
    out: { type: 'output', params: { loss: 'mean_squared_error' } },
  })
  const rowSize = elementCount(shape)
  const features = Array.from({ length: rowSize }, (_, index) => ({ name: `x${index}`, width: 1 }))
  const signature = { rowCount: rows, features, targets: [{ column: 'y', kind: 'numeric' as const }] }
  const plan = parsePlan({ batchSize: rows, optimizer: { type: 'sgd', params: {} } })
  const { compiled } = prepareModel({ document, plan, signature })
  const session = new ModelSession(native, compiled, { threads: 2, seed: 1 })
  session.bind([
    { data: Float32Array.from(x), rowSize },
    { data: Float32Array.from(y), rowSize: 1 },
  ])
  expect(compiled.weights.map((weight) => elementCount(weight.shape))).toEqual(initial.map((values) => values.length))
  for (const [index, { offset }] of compiled.weights.entries())
    session.native.writePersistent(offset, Float32Array.from(initial[index] as number[]))
  return session
}

const cases = golden.cases.map((entry) => {
  const [shown, ...more] = entry.items
  const settings = Object.entries(entry.params).filter(([name]) => /(L1|L2|Constraint|MaxNorm)$/.test(name))
  const name = `${[shown, ...more].join(', ')} of ${entry.type}, ${entry.rows} rows, ${JSON.stringify(Object.fromEntries(settings))}`
  return [name, entry] as const
})

describe(`regularisers and constraints agree with Keras ${golden.keras}`, () => {
  it.each(cases)('%s', async (_, entry) => {
    const session = sessionFor(entry)
    const rows = Int32Array.from({ length: entry.rows }, (_row, index) => index)
    const losses: number[] = []
    for (let iteration = 0; iteration < golden.steps; iteration += 1) {
      const learningRates = Float64Array.of(entry.rate)
      const request = { program: 'train', rows, batchSize: entry.rows, learningRates, iteration }
      losses.push(((await session.native.run(request)).accumulators[0] as number) / entry.rows)
    }
    const weights = session.compiled.weights.map(({ path, offset, shape }, index) => {
      const actual = session.native.readPersistent(offset, elementCount(shape))
      return { what: path, actual, expected: entry.final[index] as number[] }
    })
    session.dispose()
    for (const item of entry.items) {
      const kind = layers.some(({ keras }) => keras === item) ? 'layer' : 'penalty'
      for (const compared of [{ what: 'losses', actual: losses, expected: entry.losses }, ...weights])
        agree({ kind, item, library: 'Keras', quantity: 'steps', ...compared })
    }
  })

  it('for every layer that has one, and over steps that change weights far more than the tolerance', () => {
    const penalized = layers.filter(({ params }) => Object.keys(params).some((name) => /L1$|Constraint$/.test(name)))
    const compared = new Set(golden.cases.map(({ type }) => type))
    expect(penalized.map(({ type }) => type).filter((type) => !compared.has(type))).toEqual([])
    for (const [name, { initial, final }] of cases)
      expect(relativeError(initial.flat(), final.flat()), name).toBeGreaterThan(20 * TOLERANCE.steps)
  })

  it('and each way at three settings at least', () => {
    const counts = new Map<string, number>()
    for (const { items } of golden.cases) for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
    for (const [item, count] of counts) expect(count, item).toBeGreaterThanOrEqual(3)
  })
})
