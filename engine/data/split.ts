import { Random, Stream } from '../base/rng.ts'
import type { DatasetDescription, Split, SplitSettings, Table } from './dataset.ts'
import { dataError, quoteCell, someOf } from './errors.ts'
import { cellText, codesOf, columnOf } from './table.ts'

export type Part = 'train' | 'validation' | 'test'

const partLabels: Readonly<Record<string, Part>> = {
  train: 'train',
  training: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
}

/** The part that a cell names (`train`, `val`, `test` and the like, in any case); null when it names none. */
export function partOfLabel(cell: string): Part | null {
  return partLabels[cell.trim().toLowerCase()] ?? null
}

/** Class codes of the only target, for stratification; undefined for numbers, several targets or none. */
export function targetCodes(table: Table, description: DatasetDescription): Int32Array | undefined {
  const targets = description.columns.filter((column) => column.role === 'target')
  return targets.length === 1 ? codesOf(table, targets[0]!.name) : undefined
}

/** One where a row has a label that is held out of training; null when none is. Throws `data.held-out` for a label there is not. */
export function heldOutRows(table: Table, description: DatasetDescription): Uint8Array | null {
  const labels = description.split.heldOut ?? []
  if (labels.length === 0) return null
  const target = description.columns.find((column) => column.role === 'target')
  const column = target && columnOf(table, target.name)
  const known = column?.type === 'categorical' ? column.labels : []
  const unknown = labels.filter((label) => !known.includes(label))
  if (column?.type !== 'categorical' || unknown.length > 0)
    throw dataError('held-out', 'Rows are held out of training by a label that the target does not have.', {
      where: 'split, held-out labels',
      expected: known.length > 0 ? someOf(known.map(quoteCell), 12) : 'a target of classes',
      received: someOf(unknown.map(quoteCell)),
      fix: 'Choose labels of the target column, or hold none out.',
    })
  const codes = new Set(labels.map((label) => known.indexOf(label)))
  return Uint8Array.from(column.codes, (code) => (codes.has(code) ? 1 : 0))
}

/**
 * The rows of a table divided as its description says: `splitRows`, parts as a column gives them, rows of held-out labels all in the test
 * part.
 */
export function splitTable(table: Table, description: DatasetDescription): Split {
  const codes = targetCodes(table, description)
  const given = givenParts(table, description)
  const held = heldOutRows(table, description)
  if (!held) return splitRows(description.split, table.rowCount, codes, given)
  const all = Int32Array.from({ length: table.rowCount }, (_, row) => row)
  const known = all.filter((row) => !held[row])
  const pick = (rows: Int32Array) => rows.map((row) => known[row]!)
  const inner = splitRows(
    description.split,
    known.length,
    codes && known.map((row) => codes[row]!),
    given && Array.from(known, (row) => given[row]!),
  )
  const test = Int32Array.from([...pick(inner.test), ...all.filter((row) => held[row])]).sort()
  return { train: pick(inner.train), validation: pick(inner.validation), test }
}

/**
 * Divides rows 0 .. rowCount-1 into train, validation and test: disjoint, together all rows, each ascending, the same for the same seed.
 * With `stratify` and class codes every class keeps its proportion in each part (largest remainder); rows with code -1 count as a class.
 * Without `shuffle` the last rows test and those before validate (stratify is then meaningless and not applied).
 * `given` names the part of each row: a part it names is taken as it is; a part it does not name is drawn, by its fraction of all rows
 * that are not given away, from those called `train`.
 * Throws `data.invalid-split`, `data.too-few-rows`, `data.class-too-small`.
 */
export function splitRows(
  settings: SplitSettings,
  rowCount: number,
  targetCodes?: Int32Array,
  given?: readonly Part[],
): Split {
  checkFractions(settings)
  const all = Int32Array.from({ length: rowCount }, (_, row) => row)
  if (!given) return drawParts(settings, rowCount, targetCodes)
  const rowsOf = (part: Part) => all.filter((row) => given[row] === part)
  const [train, validation, test] = [rowsOf('train'), rowsOf('validation'), rowsOf('test')]
  const drawn = drawParts(
    {
      ...settings,
      test: test.length > 0 ? 0 : settings.test,
      validation: validation.length > 0 ? 0 : settings.validation,
    },
    train.length,
    targetCodes && Int32Array.from(train, (row) => targetCodes[row]!),
  )
  const taken = (places: Int32Array, own: Int32Array) => (own.length > 0 ? own : places.map((place) => train[place]!))
  return {
    train: drawn.train.map((place) => train[place]!),
    validation: taken(drawn.validation, validation),
    test: taken(drawn.test, test),
  }
}

function drawParts(settings: SplitSettings, rowCount: number, targetCodes?: Int32Array): Split {
  const test = Math.round(settings.test * rowCount)
  const validation = Math.round(settings.validation * rowCount)
  if (rowCount - test - validation < 1)
    throw dataError('too-few-rows', 'No rows are left to train on.', {
      where: 'split',
      expected: 'at least one training row',
      received: `${rowCount} rows, ${test} for test and ${validation} for validation`,
      fix: 'Make the test and validation parts smaller.',
    })
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row)
  if (!settings.shuffle) {
    const end = rowCount - test
    return {
      train: rows.slice(0, end - validation),
      validation: rows.slice(end - validation, end),
      test: rows.slice(end),
    }
  }
  const random = new Random(settings.seed, Stream.split)
  random.shuffle(rows)
  if (!settings.stratify || !targetCodes)
    return ascending(rows.slice(test + validation), rows.slice(test, test + validation), rows.slice(0, test))
  return stratified(rows, targetCodes, test, validation)
}

function checkFractions(settings: SplitSettings): void {
  const { test, validation } = settings
  if (test >= 0 && validation >= 0 && test + validation < 1) return
  throw dataError('invalid-split', 'The parts of the split do not fit together.', {
    where: 'split',
    expected: 'test and validation fractions of at least 0 that together stay below 1',
    received: `test ${test}, validation ${validation}`,
    fix: 'Use for example 0.2 and 0.2.',
  })
}

/** The part that the data itself gives each row. Throws `data.invalid-split`, `data.missing-column`. */
export function givenParts(table: Table, { split }: DatasetDescription): Part[] | undefined {
  if (split.given === undefined) return undefined
  const column = columnOf(table, split.given)
  return Array.from({ length: table.rowCount }, (_, row) => {
    const cell = cellText(column, row)
    const part = cell === null ? null : partOfLabel(cell)
    if (part) return part
    throw dataError('invalid-split', `A row of ${quoteCell(column.name)} names no part of the split.`, {
      where: `column ${quoteCell(column.name)}, row ${row + 1}`,
      expected: 'train, validation or test',
      received: cell === null ? 'a missing cell' : quoteCell(cell),
      fix: 'Correct the cell, or do not divide the rows by this column.',
    })
  })
}

function ascending(train: Int32Array, validation: Int32Array, test: Int32Array): Split {
  return { train: train.sort(), validation: validation.sort(), test: test.sort() }
}

function stratified(shuffled: Int32Array, codes: Int32Array, test: number, validation: number): Split {
  const classes = new Map<number, number[]>()
  for (const row of shuffled) {
    const code = codes[row]!
    const members = classes.get(code)
    if (members) members.push(row)
    else classes.set(code, [row])
  }
  const order = [...classes.entries()].sort(([a], [b]) => a - b)
  const single = order.find(([code, members]) => code >= 0 && members.length < 2)
  if (single && test + validation > 0)
    throw dataError('class-too-small', 'A class with a single row cannot be divided among the parts.', {
      where: `split, row ${single[1][0]! + 1}`,
      expected: 'at least 2 rows of every class',
      received: `1 row of class number ${single[0]}`,
      fix: 'Switch stratify off, remove the row, or merge the class with another.',
      data: { class: single[0] },
    })
  const sizes = order.map(([, members]) => members.length)
  const testSizes = apportion(sizes, test)
  const validationSizes = apportion(
    sizes.map((size, index) => size - testSizes[index]!),
    validation,
  )
  const parts: [number[], number[], number[]] = [[], [], []]
  for (const [index, [, members]] of order.entries()) {
    const testEnd = testSizes[index]!
    const validationEnd = testEnd + validationSizes[index]!
    for (const [place, row] of members.entries()) parts[place < testEnd ? 2 : place < validationEnd ? 1 : 0].push(row)
  }
  return ascending(Int32Array.from(parts[0]), Int32Array.from(parts[1]), Int32Array.from(parts[2]))
}

/** Whole shares of `total` proportional to `sizes`, the remainder to the largest fractions (ties: to the larger size, then the first). */
function apportion(sizes: readonly number[], total: number): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0)
  const exact = sizes.map((size) => (sum === 0 ? 0 : (size * total) / sum))
  const shares = exact.map(Math.floor)
  const left = total - shares.reduce((a, b) => a + b, 0)
  const byFraction = sizes
    .map((_, index) => index)
    .sort((a, b) => exact[b]! - shares[b]! - (exact[a]! - shares[a]!) || sizes[b]! - sizes[a]! || a - b)
  for (const index of byFraction.slice(0, left)) shares[index]! += 1
  return shares
}
