import { Random, Stream } from '../base/rng.ts'
import { dataError } from './errors.ts'

export interface FoldSettings {
  /** Number of folds. */
  k: number
  /** Repetitions with another shuffle each (RepeatedKFold); default 1. */
  repeats?: number
  /** StratifiedKFold: class proportions are kept; needs `codes`. */
  stratified?: boolean
  /** TimeSeriesSplit: train on the past, test on the block that follows. */
  time?: boolean
  seed: number
}

export interface FoldInput {
  /** Class index of each row, for `stratified`. */
  codes?: Int32Array
  /** GroupKFold: rows of one group stay together. */
  groups?: Int32Array
}

/** One fold: row numbers, ascending, from 0. */
export interface Fold {
  repeat: number
  fold: number
  train: Int32Array
  test: Int32Array
}

/**
 * Folds with the semantics of scikit-learn's KFold, StratifiedKFold, RepeatedKFold, GroupKFold and TimeSeriesSplit (shuffled but for
 * the last two). Each repetition tests every row once (TimeSeriesSplit: the last k blocks).
 * Throws `data.invalid-folds`, `data.too-few-rows-for-folds`, `data.conflicting-folds`.
 */
export function kFold(settings: FoldSettings, rowCount: number, input: FoldInput = {}): Fold[] {
  const { k, seed } = settings
  const repeats = settings.repeats ?? 1
  check(settings, repeats, rowCount, input)
  if (settings.time) return timeSeriesSplit(k, rowCount)
  const folds: Fold[] = []
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const random = new Random(seed, Stream.folds, repeat)
    const foldOf = input.groups
      ? byGroup(k, input.groups)
      : settings.stratified && input.codes
        ? byClass(k, input.codes, random)
        : byRow(k, rowCount, random)
    for (let fold = 0; fold < k; fold += 1) {
      const rows = Int32Array.from({ length: rowCount }, (_, row) => row)
      const test = rows.filter((row) => foldOf[row] === fold)
      folds.push({ repeat, fold, train: rows.filter((row) => foldOf[row] !== fold), test })
    }
  }
  return folds
}

function check(settings: FoldSettings, repeats: number, rowCount: number, input: FoldInput): void {
  const { k } = settings
  if (!Number.isInteger(k) || k < 2 || !Number.isInteger(repeats) || repeats < 1)
    throw dataError('invalid-folds', 'Cross-validation needs at least two folds and one repetition.', {
      where: 'folds',
      expected: 'k a whole number of at least 2, repeats of at least 1',
      received: `k = ${k}, repeats = ${repeats}`,
      fix: 'Use for example 5 folds.',
    })
  if (rowCount < (settings.time ? k + 1 : k)) throw tooFew(k, `${rowCount} rows`, settings.time ? k + 1 : k, 'rows')
  const ways = [settings.stratified && 'stratified', input.groups && 'grouped', settings.time && 'time series'].filter(
    Boolean,
  )
  if (ways.length > 1 || (repeats > 1 && (input.groups || settings.time)))
    throw dataError('conflicting-folds', 'These ways of making folds exclude each other.', {
      where: 'folds',
      expected: 'one of stratified, grouped, time series; repetitions only where folds are shuffled',
      received: `${ways.join(' and ')}${repeats > 1 ? `, ${repeats} repetitions` : ''}`,
      fix: 'Choose one of them, and one repetition for grouped or time series folds.',
    })
  if (settings.stratified && !input.codes)
    throw dataError('conflicting-folds', 'Stratified folds need a target of classes.', {
      where: 'folds',
      expected: 'a categorical target',
      received: 'a numeric target',
      fix: 'Switch stratified off, or make the target categorical.',
    })
}

function tooFew(k: number, received: string, needed: number, of: string): Error {
  return dataError('too-few-rows-for-folds', `There are too few ${of} for ${k} folds.`, {
    where: 'folds',
    expected: `at least ${needed} ${of}`,
    received,
    fix: 'Use fewer folds or more data.',
  })
}

/** KFold: the first `n % k` folds have one row more. */
function byRow(k: number, rowCount: number, random: Random): Int32Array {
  const order = random.shuffle(Int32Array.from({ length: rowCount }, (_, row) => row))
  const foldOf = new Int32Array(rowCount)
  let place = 0
  for (let fold = 0; fold < k; fold += 1) {
    const size = Math.floor(rowCount / k) + (fold < rowCount % k ? 1 : 0)
    for (const end = place + size; place < end; place += 1) foldOf[order[place]!] = fold
  }
  return foldOf
}

/** StratifiedKFold: of the sorted class codes every k-th belongs to a fold, which fixes how many of each class it gets. */
function byClass(k: number, codes: Int32Array, random: Random): Int32Array {
  const rowsOf = new Map<number, number[]>()
  for (const [row, code] of codes.entries()) {
    const rows = rowsOf.get(code)
    if (rows) rows.push(row)
    else rowsOf.set(code, [row])
  }
  const classes = [...rowsOf.keys()].sort((a, b) => a - b)
  const largest = Math.max(...classes.map((code) => rowsOf.get(code)!.length))
  if (largest < k) throw tooFew(k, `at most ${largest} rows of a class`, k, 'rows of a class')
  const foldOf = new Int32Array(codes.length)
  let place = 0
  for (const code of classes) {
    const rows = rowsOf.get(code)!
    const folds = random.shuffle(rows.map((_, index) => (place + index) % k))
    for (const [index, row] of rows.entries()) foldOf[row] = folds[index]!
    place += rows.length
  }
  return foldOf
}

/** GroupKFold: the largest group first, each into the fold with the fewest rows so far. */
function byGroup(k: number, groups: Int32Array): Int32Array {
  const sizes = new Map<number, number>()
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  if (sizes.size < k) throw tooFew(k, `${sizes.size} groups`, k, 'groups')
  const load = new Array<number>(k).fill(0)
  const foldOfGroup = new Map<number, number>()
  for (const [group, size] of [...sizes].sort((a, b) => b[1] - a[1] || a[0] - b[0])) {
    const lightest = load.indexOf(Math.min(...load))
    load[lightest]! += size
    foldOfGroup.set(group, lightest)
  }
  return groups.map((group) => foldOfGroup.get(group)!)
}

/** TimeSeriesSplit: k test blocks of n / (k + 1) rows at the end, each preceded by all earlier rows. */
function timeSeriesSplit(k: number, rowCount: number): Fold[] {
  const size = Math.floor(rowCount / (k + 1))
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row)
  return Array.from({ length: k }, (_, fold) => {
    const start = rowCount - (k - fold) * size
    return { repeat: 0, fold, train: rows.slice(0, start), test: rows.slice(start, start + size) }
  })
}
