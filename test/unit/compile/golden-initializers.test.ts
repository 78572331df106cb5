import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { elementCount } from '../../../engine/base/shape.ts'
import { initializeWeights } from '../../../engine/compile/initialize.ts'
import type { CompiledWeight } from '../../../engine/compile/types.ts'
import { initializerParams } from '../../../engine/layers/initializers.ts'
import type { InitializerName } from '../../../engine/layers/layer.ts'
import { agree } from '../../support/parity.ts'

interface GoldenCase {
  name: InitializerName
  shape: number[]
  params: Partial<CompiledWeight['initializer']>
  /** Of random numbers: their standard deviation, and quantiles at `levels`. */
  deviation?: number
  quantiles?: number[]
  /** Of an orthogonal matrix: products of its columns, or rows, with each other. */
  products?: number[]
  /** Of the rest: all of them. */
  values?: number[]
}

const file = join(import.meta.dirname, '../../golden/initializers.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as { keras: string; levels: number[]; cases: GoldenCase[] }

/** Numbers that quantiles are taken of: those at the ends then lie within about 0.007 deviations of the true ones. */
const DRAWS = 300_000

function drawn({ name, shape, params }: GoldenCase, seed: number): Float32Array {
  const [node, path] = ['n', 'n/kernel']
  const initializer = { name, ...params }
  const weight = { name: 'kernel', shape, initializer, trainable: true, node, path, frozen: false, ordinal: 0 }
  const model = { weights: [{ ...weight, offset: 0, usedOffset: 0 }], persistentFloats: elementCount(shape) }
  return initializeWeights({ ...model, slotInitials: [] }, seed)
}

/** Between the two nearest of sorted numbers, as NumPy does. */
function quantile(sorted: Float64Array, level: number): number {
  const place = level * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(place)] as number, sorted[Math.ceil(place)] as number]
  return below + (place - Math.floor(place)) * (above - below)
}

/** Of the matrix of all leading axes by the last: products of its columns with each other, or of its rows where they are fewer. */
function products(values: Float32Array, shape: readonly number[]): number[] {
  const columns = shape.at(-1) as number
  const rows = values.length / columns
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
  const at = (k: number, i: number) => values[rows >= columns ? i * columns + k : k * columns + i] as number
  const between = (a: number, b: number) => {
    let sum = 0
    for (let i = 0; i < length; i += 1) sum += at(a, i) * at(b, i)
    return sum
  }
  return Array.from({ length: count ** 2 }, (_, index) => between(Math.floor(index / count), index % count))
}

describe(`initialisers are spread as those of Keras ${golden.keras}`, () => {
  it('at three settings at least of each', () => {
    const offered = initializerParams('kernel', 'zeros', '').kernelInitializer
    if (offered?.kind !== 'choice') return expect.unreachable('no choice of initialisers')
    for (const { value } of offered.options)
      expect(golden.cases.filter(({ name }) => name === value).length, value).toBeGreaterThanOrEqual(3)
  })

  const cases = golden.cases.map((entry) => {
    return [`${entry.name} ${JSON.stringify(entry.params)} of ${JSON.stringify(entry.shape)}`, entry] as const
  })
  it.each(cases)('%s', (_, entry) => {
    const compared = { kind: 'initializer', item: entry.name, library: 'Keras' } as const
    if (entry.values) {
      const exact = { actual: drawn(entry, 1), expected: entry.values, what: 'values' }
      return agree({ ...compared, ...exact, quantity: 'forward' })
    }
    if (entry.products) {
      const right = { actual: products(drawn(entry, 1), entry.shape), expected: entry.products, what: 'products' }
      return agree({ ...compared, ...right, quantity: 'forward' })
    }
    const size = elementCount(entry.shape)
    const numbers = new Float64Array(Math.ceil(DRAWS / size) * size)
    for (let seed = 0; seed * size < numbers.length; seed += 1) numbers.set(drawn(entry, seed + 1), seed * size)
    const sorted = numbers.sort()
    const actual = golden.levels.map((level) => quantile(sorted, level) / (entry.deviation as number))
    const expected = (entry.quantiles as number[]).map((value) => value / (entry.deviation as number))
    // In deviations; the largest quantile is about two.
    agree({ ...compared, actual, expected, what: 'quantiles', quantity: 'spread', scale: 1 })
  })
})
