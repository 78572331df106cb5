import { describe, expect, it } from 'vitest'
import { LaminaError } from '../../../engine/base/errors.ts'
import type { SplitSettings } from '../../../engine/data/dataset.ts'
import { kFold } from '../../../engine/data/folds.ts'
import { inferDataset } from '../../../engine/data/infer.ts'
import { splitRows, splitTable } from '../../../engine/data/split.ts'
import { setData } from '../../../engine/training/override-data.ts'

const settings: SplitSettings = { test: 0.2, validation: 0.2, stratify: false, shuffle: true, seed: 1 }
const codes = Int32Array.from({ length: 97 }, (_, row) => (row < 60 ? 0 : row < 90 ? 1 : 2))
const sorted = (...parts: Int32Array[]) => parts.flatMap((part) => [...part]).sort((a, b) => a - b)
const everyRow = (count: number) => Array.from({ length: count }, (_, row) => row)
const codeOf = (work: () => unknown) => {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof LaminaError) return thrown.code
  }
  return 'none'
}

describe('a split', () => {
  it.each([false, true])('covers every row once (stratify %s)', (stratify) => {
    const { train, validation, test } = splitRows({ ...settings, stratify }, 97, codes)
    expect(sorted(train, validation, test)).toEqual(everyRow(97))
    expect([test.length, validation.length]).toEqual([19, 19])
  })

  it('is the same for the same seed and another for another', () => {
    expect(splitRows(settings, 97)).toEqual(splitRows(settings, 97))
    expect(splitRows({ ...settings, seed: 2 }, 97)).not.toEqual(splitRows(settings, 97))
  })

  it('keeps class proportions to within one row when stratified', () => {
    const { train, validation, test } = splitRows({ ...settings, stratify: true }, 97, codes)
    for (const part of [train, validation, test])
      for (const [code, size] of [60, 30, 7].entries()) {
        const count = part.filter((row) => codes[row] === code).length
        expect(Math.abs(count - (size * part.length) / 97)).toBeLessThanOrEqual(1)
      }
  })

  it('takes the last rows for test when the order is time', () => {
    const { train, validation, test } = splitRows({ ...settings, shuffle: false }, 10)
    expect([[...train], [...validation], [...test]]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7],
      [8, 9],
    ])
  })

  it('refuses fractions that leave nothing, and a class of one row when stratified', () => {
    expect(codeOf(() => splitRows({ ...settings, test: 0.6, validation: 0.5 }, 10))).toBe('data.invalid-split')
    expect(codeOf(() => splitRows({ ...settings, test: 0.5, validation: 0.4 }, 1))).toBe('data.too-few-rows')
    const single = Int32Array.of(0, 0, 0, 0, 1)
    expect(codeOf(() => splitRows({ ...settings, stratify: true }, 5, single))).toBe('data.class-too-small')
  })
})

describe('folds', () => {
  it.each([
    ['KFold', {}],
    ['StratifiedKFold', { stratified: true }],
    ['RepeatedKFold', { repeats: 3 }],
  ])('of %s test every row once a repetition and never train on it', (_, options) => {
    const folds = kFold({ k: 5, seed: 1, ...options }, 97, { codes })
    const repeats = Number((options as { repeats?: number }).repeats ?? 1)
    expect(folds.length).toBe(5 * repeats)
    for (const fold of folds) expect(sorted(fold.train, fold.test)).toEqual(everyRow(97))
    for (let repeat = 0; repeat < repeats; repeat += 1)
      expect(sorted(...folds.filter((fold) => fold.repeat === repeat).map((fold) => fold.test))).toEqual(everyRow(97))
  })

  it('differ between repetitions', () => {
    const folds = kFold({ k: 5, repeats: 2, seed: 1 }, 97)
    expect(folds[0]!.test).not.toEqual(folds[5]!.test)
  })

  it('have the sizes of KFold: the first n mod k are one row larger', () => {
    expect(kFold({ k: 5, seed: 1 }, 97).map((fold) => fold.test.length)).toEqual([20, 20, 19, 19, 19])
  })

  it('hold each class to within one row when stratified', () => {
    for (const { test } of kFold({ k: 5, stratified: true, seed: 3 }, 97, { codes }))
      for (const [code, size] of [60, 30, 7].entries())
        expect(Math.abs(test.filter((row) => codes[row] === code).length - size / 5)).toBeLessThanOrEqual(1)
  })

  it('never part a group, and balance group sizes', () => {
    const groups = Int32Array.from({ length: 40 }, (_, row) => row % 7)
    const folds = kFold({ k: 3, seed: 1 }, 40, { groups })
    for (const { train, test } of folds) {
      const tested = new Set([...test].map((row) => groups[row]))
      expect([...train].some((row) => tested.has(groups[row]!))).toBe(false)
    }
    expect(folds.map((fold) => fold.test.length).sort()).toEqual([12, 12, 16].sort())
  })

  it('of TimeSeriesSplit train on the past only', () => {
    const folds = kFold({ k: 3, time: true, seed: 1 }, 10)
    expect(folds.map(({ train, test }) => [train.length, [...test]])).toEqual([
      [4, [4, 5]],
      [6, [6, 7]],
      [8, [8, 9]],
    ])
  })

  it('refuse too few rows, classes or groups, and ways that exclude each other', () => {
    expect(codeOf(() => kFold({ k: 5, seed: 1 }, 4))).toBe('data.too-few-rows-for-folds')
    expect(codeOf(() => kFold({ k: 5, time: true, seed: 1 }, 5))).toBe('data.too-few-rows-for-folds')
    const pairs = Int32Array.of(0, 0, 1, 1, 2, 2)
    expect(codeOf(() => kFold({ k: 3, stratified: true, seed: 1 }, 6, { codes: pairs }))).toBe(
      'data.too-few-rows-for-folds',
    )
    expect(codeOf(() => kFold({ k: 4, seed: 1 }, 6, { groups: pairs }))).toBe('data.too-few-rows-for-folds')
    expect(codeOf(() => kFold({ k: 2, time: true, repeats: 2, seed: 1 }, 6))).toBe('data.conflicting-folds')
    expect(codeOf(() => kFold({ k: 2, stratified: true, seed: 1 }, 6))).toBe('data.conflicting-folds')
    expect(codeOf(() => kFold({ k: 1, seed: 1 }, 6))).toBe('data.invalid-folds')
  })
})

describe('labels that are held out of training', () => {
  const cells = Array.from({ length: 60 }, (_, row) => `${row / 7},${['a', 'b', 'c'][row % 3]}`).join('\n')
  const { table, description } = inferDataset(new TextEncoder().encode(`x,y\n${cells}`), 'table.csv', { target: 'y' })
  const split = (heldOut: string[], stratify = true) =>
    splitTable(table, { ...description, split: { ...settings, stratify, heldOut } })

  it.each([true, false])('only test; the other rows are divided as ever (stratified: %s)', (stratify) => {
    const { train, validation, test } = split(['b'], stratify)
    expect([...train, ...validation].some((row) => row % 3 === 1)).toBe(false)
    expect(test.filter((row) => row % 3 === 1)).toHaveLength(20)
    expect([train.length, validation.length, test.length]).toEqual([24, 8, 28])
    expect(sorted(train, validation, test)).toEqual(everyRow(60))
    expect([...test]).toEqual(sorted(test))
  })

  it('are none as a rule, and must be labels of the target', () => {
    expect(split([])).toEqual(splitTable(table, { ...description, split: { ...settings, stratify: true } }))
    expect(codeOf(() => split(['b', 'd']))).toBe('data.held-out')
  })

  it('are set by --set, one or a list, digits too', () => {
    expect(setData(description, 'split.heldOut', 'b')?.split.heldOut).toEqual(['b'])
    expect(setData(description, 'split.heldOut', [6, '7'])?.split.heldOut).toEqual(['6', '7'])
    expect(codeOf(() => setData(description, 'split.heldOut', { a: 1 }))).toBe('override.value')
  })
})
