import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../engine/base/json.ts'
import { elementCount } from '../../../engine/base/shape.ts'
import type { CompiledWeight, SlotBinding } from '../../../engine/compile/types.ts'
import type { DatasetSignature } from '../../../engine/graph/document.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { parsePlan } from '../../../engine/training/plan.ts'
import { prepareModel } from '../../../engine/training/prepare-model.ts'
import { ModelSession } from '../../../engine/training/trainer-session.ts'
import { documentOf, type Part } from '../../support/model.ts'
import { agree, relativeError, TOLERANCE } from '../../support/parity.ts'

type Tensor = number[] | number[][]

interface GoldenCase {
  name: string
  parts: Record<string, Part & { half?: number }>
  several: boolean
  optimizer: { type: string; params: Record<string, number | boolean> }
  batches: [begin: number, end: number][]
  initial: Record<string, Tensor>
  losses: number[]
  /** Weights as training left them, and as Keras' `fit` leaves them for use. */
  trained: Record<string, Tensor>
  used: Record<string, Tensor>
}

interface Golden {
  keras: string
  torch: string
  rows: number
  steps: number
  x: number[][]
  y: number[][]
  labels: number[][]
  cases: GoldenCase[]
}

const file = join(import.meta.dirname, '../../golden/training_semantics.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden
const native = loadNative()

/** Keras' names of optimiser parameters are ours in snake case, but for clipping. */
function ours(params: GoldenCase['optimizer']['params']): JsonObject {
  const result: Record<string, Json> = {}
  for (const [name, value] of Object.entries(params)) {
    const clipping = { clipvalue: 'value', clipnorm: 'norm', global_clipnorm: 'global_norm' }[name]
    if (clipping) Object.assign(result, { clipping, clipLimit: value })
    else result[name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())] = value
  }
  return result
}

/** Halves of the features are Inputs of their own here. */
function partsOf({ parts }: GoldenCase): Record<string, Part> {
  const halves = Object.values(parts).some(({ type }) => type === 'slice_half')
  const entries = Object.entries(parts).flatMap(([name, part]): [string, Part][] => {
    if (part.half !== undefined) {
      const columns = [`x${2 * part.half}`, `x${2 * part.half + 1}`]
      return [[name, { type: 'input', params: { columns } }]]
    }
    return halves && part.type === 'input' ? [] : [[name, part]]
  })
  return Object.fromEntries(entries)
}

const signature = (several: boolean): DatasetSignature => ({
  rowCount: golden.rows,
  features: Array.from({ length: 4 }, (_, index) => ({ name: `x${index}`, width: 1 })),
  targets: [
    { column: 'y', kind: 'numeric' },
    ...(several ? [{ column: 'z', kind: 'classes' as const, classes: ['0', '1'] }] : []),
  ],
})

function rowsOf({ kind, columns }: SlotBinding): Float32Array {
  if (kind === 'target') return Float32Array.from((columns[0] === 'z' ? golden.labels : golden.y).flat())
  const places = columns.map((column) => Number(column.slice(1)))
  return Float32Array.from(golden.x.flatMap((row) => places.map((place) => row[place] as number)))
}

/** Trains ten steps; expects losses, weights and weights as used to be Keras'. */
async function compare(entry: GoldenCase): Promise<void> {
  const document = documentOf(partsOf(entry))
  const optimizer = { type: entry.optimizer.type, params: ours(entry.optimizer.params) }
  const plan = parsePlan({ batchSize: 12, optimizer })
  const { compiled } = prepareModel({ document, plan, signature: signature(entry.several) })
  const session = new ModelSession(native, compiled, { threads: 1, seed: 1 })
  try {
    session.bind(compiled.slots.map((slot) => ({ data: rowsOf(slot), rowSize: elementCount(slot.rowShape) })))
    expect(compiled.weights.map(({ path }) => path).sort()).toEqual(Object.keys(entry.initial).sort())
    for (const { offset, length, value } of compiled.slotInitials)
      session.native.writePersistent(offset, new Float32Array(length).fill(value))
    for (const { path, offset } of compiled.weights)
      session.native.writePersistent(offset, Float32Array.from((entry.initial[path] as number[]).flat()))
    const losses: number[] = []
    for (let iteration = 0; iteration < golden.steps; iteration += 1) {
      const [begin, end] = entry.batches[iteration % entry.batches.length] as [number, number]
      const { accumulators } = await session.native.run({
        program: 'train',
        rows: Int32Array.from({ length: end - begin }, (_, row) => begin + row),
        batchSize: end - begin,
        learningRates: Float64Array.of(Number(entry.optimizer.params.learning_rate)),
        iteration,
      })
      losses.push((accumulators[0] as number) / (end - begin))
    }
    const comparison = { kind: 'training', item: entry.name, library: 'Keras', quantity: 'steps' } as const
    agree({ ...comparison, what: 'losses', actual: losses, expected: entry.losses })
    const weights = (expected: GoldenCase['used'], place: (weight: CompiledWeight) => number, what: string) => {
      for (const weight of compiled.weights) {
        const actual = session.native.readPersistent(place(weight), elementCount(weight.shape))
        const path = weight.path
        agree({ ...comparison, what: `${path} ${what}`, actual, expected: (expected[path] as number[]).flat() })
      }
    }
    weights(entry.trained, (weight) => weight.offset, 'as trained')
    weights(entry.used, (weight) => weight.usedOffset, 'as used')
  } finally {
    session.dispose()
  }
}

describe(`ten steps agree with Keras ${golden.keras}`, () => {
  it.each(golden.cases.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    await compare(entry)
  })

  it('over steps that change the weights far more than the tolerance, and averages that differ from them', () => {
    for (const { name, initial, trained, used, optimizer } of golden.cases) {
      const moved = Object.entries(trained).map(([path, after]) =>
        relativeError((initial[path] as number[]).flat(), (after as number[]).flat()),
      )
      expect(Math.max(...moved), name).toBeGreaterThan(100 * TOLERANCE.steps)
      const { use_ema: averages, ema_overwrite_frequency: overwrites } = optimizer.params
      if (averages && !overwrites) expect(used, name).not.toEqual(trained)
      if (!averages) expect(used, name).toEqual(trained)
    }
  })
})
