import { describe, expect, it } from 'vitest'
import { LaminaError } from '../../../engine/base/errors.ts'
import type { ColumnSettings, ColumnTransform, DatasetDescription, Table } from '../../../engine/data/dataset.ts'
import { inferDataset } from '../../../engine/data/infer.ts'
import {
  encodeFeatures,
  encodeTarget,
  fitPreprocessing,
  inverseTarget,
  rowsWithoutMissing,
} from '../../../engine/data/preprocess.ts'
import { profileTable, tableWarnings } from '../../../engine/data/profile.ts'
import { assertDataset, validateDataset } from '../../../engine/data/validate.ts'

const text = 'x,colour,y\n1,red,10\n2,blue,20.5\n3,red,30\n4,green,41\n100,red,52\n'
const train = Int32Array.of(0, 1, 2, 3)

function dataset(
  change: Partial<ColumnSettings>[] = [],
  source = text,
): { table: Table; description: DatasetDescription } {
  const { table, description } = inferDataset(new TextEncoder().encode(source), 't.csv')
  description.columns = description.columns.map((column, index) => ({ ...column, ...change[index] }))
  return { table, description }
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof LaminaError) return thrown.code
    throw thrown
  }
  return 'none'
}

describe('preprocessing', () => {
  // Training values 1 2 3 4: mean 2.5, population sd sqrt(1.25), quartiles 1.75 2.5 3.25.
  it.each<[ColumnTransform, number, number]>([
    ['none', 1, 100],
    ['standardize', -1.5 / Math.sqrt(1.25), 97.5 / Math.sqrt(1.25)],
    ['min-max', 0, 33],
    ['robust', -1, 65],
  ])('fits %s on training rows only', (transform, first, last) => {
    const { table, description } = dataset([{ transform }])
    const { data, width } = encodeFeatures(table, fitPreprocessing(table, description, train), ['x'])
    expect(width).toBe(1)
    expect(data[0]).toBeCloseTo(first, 5)
    expect(data[4]).toBeCloseTo(last, 4)
  })

  it('is not moved by rows outside the training part', () => {
    const { description, table } = dataset()
    const other = dataset([], text.replace('100,red', '-5000,red'))
    expect(fitPreprocessing(other.table, description, train)).toEqual(fitPreprocessing(table, description, train))
  })

  it('writes one column a category, in the declared order', () => {
    const { table, description } = dataset()
    const matrix = encodeFeatures(table, fitPreprocessing(table, description, train))
    expect(matrix.names).toEqual(['x', 'colour=blue', 'colour=green', 'colour=red'])
    expect([...matrix.data.subarray(5, 8)]).toEqual([1, 0, 0])
  })

  it('keeps an order the user sets for ordinal columns', () => {
    const { table, description } = dataset([{}, { transform: 'ordinal', categories: ['red', 'green', 'blue'] }])
    const fitted = fitPreprocessing(table, description, train)
    expect([...encodeFeatures(table, fitted, ['colour']).data]).toEqual([0, 2, 0, 1, 0])
  })

  it('shifts a constant column and does not divide by zero', () => {
    const { table, description } = dataset([{ role: 'feature' }], text.replace(/^\d+,/gm, '7.1,'))
    const fitted = fitPreprocessing(table, description, train)
    expect(fitted.features[0]).toMatchObject({ scale: 1 })
    const { data } = encodeFeatures(table, fitted, ['x'])
    for (const value of data) expect(Math.abs(value)).toBeLessThan(1e-6)
  })

  it.each<[Partial<ColumnSettings>, number]>([
    [{ missing: 'mean' }, 2],
    [{ missing: 'median' }, 2],
    [{ missing: 'most-frequent' }, 1],
    [{ missing: 'constant', fillValue: -4 }, -4],
  ])('fills missing cells from training rows: %j', (change, expected) => {
    const source = 'x,y\n1,10\n,20.5\n3,30\n900,41\n'
    const { table, description } = dataset([{ transform: 'none', ...change }], source)
    const { data } = encodeFeatures(table, fitPreprocessing(table, description, Int32Array.of(0, 1, 2)))
    expect(data[1]).toBe(expected)
  })

  it('drops rows or refuses them where the column says so', () => {
    const source = 'x,y\n1,10\n,20.5\n3,\n4,41\n'
    const dropping = dataset([{ missing: 'drop-row' }], source)
    expect([...rowsWithoutMissing(dropping.table, dropping.description)]).toEqual([0, 3])
    expect([...rowsWithoutMissing(dropping.table, dropping.description, undefined, { targets: false })]).toEqual([
      0, 2, 3,
    ])
    const strict = dataset([{ missing: 'error' }], source)
    const fitted = fitPreprocessing(strict.table, strict.description, Int32Array.of(0, 3))
    expect(codeOf(() => encodeFeatures(strict.table, fitted))).toBe('data.missing-value')
  })

  it('refuses a category it does not know, or writes zeros as declared', () => {
    const declared = { categories: ['blue', 'red'] }
    const strict = dataset([{}, declared])
    const rows = Int32Array.of(0, 1, 2)
    strict.table.columns[1] = {
      name: 'colour',
      type: 'categorical',
      labels: ['blue', 'red', 'green'],
      codes: Int32Array.of(1, 0, 1, 2, 1),
    }
    const refuse = () => encodeFeatures(strict.table, fitPreprocessing(strict.table, strict.description, rows))
    expect(codeOf(refuse)).toBe('data.unseen-category')
    const lenient = dataset([{}, { ...declared, unseen: 'zeros' }])
    const fitted = fitPreprocessing(strict.table, lenient.description, rows)
    expect([...encodeFeatures(strict.table, fitted, ['colour']).data.subarray(6, 8)]).toEqual([0, 0])
  })

  it('undoes the transform of a numeric target', () => {
    const { table, description } = dataset()
    const target = encodeTarget(table, fitPreprocessing(table, description, train), 'y')
    const back = inverseTarget(target, target.data)
    for (const [row, value] of [10, 20.5, 30, 41, 52].entries()) expect(back[row]).toBeCloseTo(value, 4)
  })

  it('refuses a transform of the other type, an empty training part and a column without values', () => {
    const wrong = dataset([{ transform: 'one-hot' }])
    expect(codeOf(() => fitPreprocessing(wrong.table, wrong.description, train))).toBe('data.invalid-transform')
    const { table, description } = dataset()
    expect(codeOf(() => fitPreprocessing(table, description, new Int32Array()))).toBe('data.no-training-rows')
    const gaps = dataset([], 'x,y\n,10\n,20.5\n3,30\n4,41\n')
    expect(codeOf(() => fitPreprocessing(gaps.table, gaps.description, Int32Array.of(0, 1)))).toBe('data.all-missing')
  })
})

describe('validation', () => {
  const check = (source: string, change: Partial<ColumnSettings>[] = []) => {
    const { table, description } = dataset(change, source)
    return { codes: validateDataset(description, table).map((problem) => problem.code), table, description }
  }

  it('has nothing to say about a good table', () => {
    expect(check(text).codes).toEqual([])
  })

  it.each<[string, string, Partial<ColumnSettings>[]]>([
    ['data.missing-target', text, [{}, {}, { role: 'feature' }]],
    ['data.no-features', text, [{ role: 'ignore' }, { role: 'ignore' }]],
    ['data.one-class-target', 'x,y\n1,k\n2,k\n3,k\n', []],
    ['data.class-too-small', 'x,y\n1,k\n2,k\n3,m\n', []],
    ['data.all-missing', 'x,z,y\n1,,k\n2,,m\n3,,k\n4,,m\n', [{}, { role: 'feature' }]],
  ])('finds %s', (code, source, change) => {
    expect(check(source, change).codes).toEqual([code])
  })

  it('throws the first error', () => {
    const { table, description } = check('x,y\n1,k\n2,k\n3,k\n')
    expect(codeOf(() => assertDataset(description, table))).toBe('data.one-class-target')
  })
})

describe('a profile', () => {
  it('counts every present value in its histogram', () => {
    const { table, description } = dataset()
    const [x, colour] = profileTable(table, description)
    expect(x).toMatchObject({ count: 5, missing: 0, distinct: 5, numeric: { min: 1, max: 100, mean: 22 } })
    expect(x!.histogram.length).toBe(12)
    expect(x!.histogram.map((bar) => bar.count)).toEqual([4, ...new Array(10).fill(0), 1])
    expect(x!.warnings.map((warning) => warning.code)).toEqual(['data.outliers'])
    expect(colour!.histogram).toEqual([
      { label: 'red', count: 3 },
      { label: 'blue', count: 1 },
      { label: 'green', count: 1 },
    ])
  })

  it('warns of repeated rows and unequal classes', () => {
    const { table, description } = dataset([], `x,y\n${'1,k\n'.repeat(8)}2,m\n3,m\n`)
    expect(tableWarnings(table)[0]!.message).toContain('7 rows repeat')
    expect(profileTable(table, description)[1]!.warnings.map((warning) => warning.code)).toEqual([
      'data.class-imbalance',
    ])
  })
})
