import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { LaminaError } from '../../../engine/base/errors.ts'
import { sharedTensor } from '../../../engine/data/arrays.ts'
import type { SplitSettings } from '../../../engine/data/dataset.ts'
import { readCompanions, readDataFile } from '../../../engine/data/files.ts'
import { inferDataset, loadNewTable, loadTable } from '../../../engine/data/infer.ts'
import { encodeFeatures, fitPreprocessing } from '../../../engine/data/preprocess.ts'
import { profileTable, tableWarnings } from '../../../engine/data/profile.ts'
import { numbersToNpy, parseNpy, tensorToNpy, textsToNpy } from '../../../engine/data/readers/npy.ts'
import { toNpz } from '../../../engine/data/readers/npz.reader.ts'
import { splitTable } from '../../../engine/data/split.ts'
import { rowsOf } from '../../../engine/data/table.ts'
import { thumbnailOf } from '../../../engine/data/thumbnails.ts'
import { idxBytes } from '../../support/idx.ts'

const folder = mkdtempSync(join(tmpdir(), 'lamina-idx-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** 20 training and 5 test images of 2 x 3; each pixel says the image's number. */
const pixels = (count: number, first: number) => Array.from({ length: count * 6 }, (_, k) => first + Math.floor(k / 6))
const labels = (count: number) => Array.from({ length: count }, (_, k) => k % 2)
const files: Record<string, Uint8Array> = {
  'train-images-idx3-ubyte': idxBytes([20, 2, 3], pixels(20, 0)),
  'train-labels-idx1-ubyte': idxBytes([20], labels(20)),
  't10k-images-idx3-ubyte': idxBytes([5, 2, 3], pixels(5, 100)),
  't10k-labels-idx1-ubyte': idxBytes([5], labels(5)),
}

function errorOf(work: () => unknown): LaminaError {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof LaminaError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

function expectError(work: () => unknown, code: string, where: RegExp): LaminaError {
  const error = errorOf(work)
  expect(error.code).toBe(code)
  expect(error.details.where).toMatch(where)
  for (const part of [error.details.expected, error.details.received, error.details.fix]) expect(part).toBeTruthy()
  return error
}

/** Reads images as an import does, some files replaced or left out. */
function open(changes: Record<string, Uint8Array | null> = {}, name = 'train-images-idx3-ubyte') {
  const all = Object.entries({ ...files, ...changes }).filter(([, bytes]) => bytes !== null) as [string, Uint8Array][]
  const companions = all.filter(([other]) => other !== name).map(([other, bytes]) => ({ name: other, bytes }))
  return inferDataset(new Map(all).get(name)!, name, { companions })
}

describe('images in IDX files', () => {
  it('become one data set of bytes with classes and the given test part', () => {
    const { description, table } = open()
    expect(description.columns).toMatchObject([
      { name: 'image', type: 'tensor', role: 'feature', transform: 'rescale', shape: [2, 3, 1] },
      { name: 'label', type: 'categorical', role: 'target', categories: ['0', '1'] },
      { name: 'split', type: 'categorical', role: 'ignore' },
    ])
    expect(description.split).toMatchObject({ given: 'split', stratify: true })
    const [image] = table.columns
    expect(image).toMatchObject({ shape: [2, 3, 1], data: expect.any(Uint8Array) })
    expect(image?.type === 'tensor' && [...image.data.slice(19 * 6, 21 * 6)]).toEqual([
      ...pixels(1, 19),
      ...pixels(1, 100),
    ])
    expect(rowsOf(table, 20, 1)).toEqual([['2 x 3 x 1', '0', 'test']])
    const split = splitTable(table, description)
    expect([...split.test]).toEqual([20, 21, 22, 23, 24])
    expect([split.train.length, split.validation.length]).toEqual([18, 2])
  })

  it('are found beside one another, plain or gzipped, and checked for change', () => {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes))
    const path = join(folder, 'train-images-idx3-ubyte.gz')
    const companions = readCompanions(path)
    expect(companions.map(({ name }) => name)).toEqual([
      'train-labels-idx1-ubyte.gz',
      't10k-images-idx3-ubyte.gz',
      't10k-labels-idx1-ubyte.gz',
    ])
    const bytes = readDataFile(path)
    const { description, table } = inferDataset(bytes, 'train-images-idx3-ubyte.gz', { companions, path })
    expect(description.source).toMatchObject({ kind: 'file', path })
    expect(description.name).toMatch(/^lamina-idx-/)
    expect(loadTable(bytes, description, companions)).toEqual(table)
    const changed = companions.map((file, index) => (index === 0 ? { ...file, bytes: gzipSync('other') } : file))
    expectError(() => loadTable(bytes, description, changed), 'data.file-changed', /train-labels/)
    expectError(() => loadTable(bytes, description, companions.slice(1)), 'data.file-changed', /train-labels/)
  })

  it('may come without labels, to be predicted by a run', () => {
    const { description } = open()
    const fresh = loadNewTable(idxBytes([2, 2, 3], pixels(2, 7)), 'new-images-idx3-ubyte', description)
    expect(fresh.columns.map(({ name }) => name)).toEqual(['image'])
    const other = () => loadNewTable(idxBytes([2, 3, 3], pixels(3, 7)), 'new-images-idx3-ubyte', description)
    expectError(other, 'data.shape-differs', /new-images.*"image"/)
    expectError(
      () => loadNewTable(new TextEncoder().encode('image\n1\n'), 'a.csv', description),
      'data.type-mismatch',
      /a\.csv/,
    )
  })

  it.each([
    ['data.bad-magic', { 'train-images-idx3-ubyte': new TextEncoder().encode('<!doctype html>') }, /train-images/],
    ['data.bad-magic', { 'train-images-idx3-ubyte': new Uint8Array() }, /train-images/],
    ['data.truncated', { 'train-images-idx3-ubyte': files['train-images-idx3-ubyte']!.slice(0, 100) }, /train-images/],
    ['data.truncated', { 'train-images-idx3-ubyte': files['train-images-idx3-ubyte']!.slice(0, 6) }, /train-images/],
    ['data.truncated', { 't10k-images-idx3-ubyte': files['t10k-images-idx3-ubyte']!.slice(0, -1) }, /t10k-images/],
    ['data.truncated', { 'train-images-idx3-ubyte': idxBytes([0, 2, 3], []) }, /train-images/],
    [
      'data.damaged-gzip',
      { 'train-labels-idx1-ubyte': gzipSync(files['train-labels-idx1-ubyte']!).subarray(0, 14) },
      /labels/,
    ],
    ['data.label-count', { 'train-labels-idx1-ubyte': idxBytes([19], labels(19)) }, /train-labels/],
    ['data.not-labels', { 'train-labels-idx1-ubyte': idxBytes([20, 1], labels(20)) }, /train-labels/],
    ['data.not-images', { 'train-images-idx3-ubyte': idxBytes([20], labels(20)) }, /train-images/],
    ['data.shape-differs', { 't10k-images-idx3-ubyte': idxBytes([5, 3, 2], pixels(5, 0)) }, /t10k-images/],
  ])('are refused as %s when a file is broken (%#)', (code, changes, where) => {
    expectError(() => open(changes as Record<string, Uint8Array>), code, where)
  })

  it('are asked for when the labels alone are chosen', () => {
    expectError(() => open({}, 'train-labels-idx1-ubyte'), 'data.labels-without-images', /labels/)
  })

  it('stay bytes on their way to the network, and rescale by 1/255', () => {
    const { description, table } = open()
    const fitted = fitPreprocessing(table, description, Int32Array.of(0, 1, 2))
    const shared = sharedTensor(table, fitted, ['image'])!
    expect(table.columns[0]!.type === 'tensor' && shared.data === table.columns[0]!.data).toBe(true)
    expect(shared).toMatchObject({ scale: 1 / 255, shift: -0 })
    const { data, width } = encodeFeatures(table, fitted, ['image'])
    expect(width).toBe(6)
    for (let k = 0; k < data.length; k += 1) expect(data[k]).toBe(Math.fround(shared.data[k]! / 255))
  })

  it('show small pictures, statistics and repeated rows', () => {
    const { description, table } = open({ 'train-images-idx3-ubyte': idxBytes([20, 2, 3], new Array(120).fill(9)) })
    const [image] = profileTable(table, description)
    expect(image).toMatchObject({ type: 'tensor', count: 25, missing: 0, distinct: 6, numeric: { min: 9, max: 104 } })
    expect(image!.thumbnails![0]).toEqual({ width: 3, height: 2, channels: 1, bytes: new Uint8Array(6).fill(9) })
    expect(tableWarnings(table)).toMatchObject([
      { code: 'data.duplicate-rows', message: expect.stringMatching(/^18 /) },
    ])
  })
})

describe('small pictures', () => {
  it('are means of squares of pixels, in colour where there are three channels', () => {
    const data = Uint8Array.from({ length: 64 * 64 * 3 }, (_, k) => (k % 3) * 100 + (Math.floor(k / 3) % 2) * 10)
    const picture = thumbnailOf({ name: 'x', type: 'tensor', shape: [64, 64, 3], data }, 0)
    expect(picture).toMatchObject({ width: 32, height: 32, channels: 3 })
    expect([...picture.bytes.slice(0, 6)]).toEqual([5, 105, 205, 5, 105, 205])
  })

  it('show the middle frame of a video and stretch numbers that are no bytes', () => {
    const data = Float32Array.of(9, 9, 9, 9, -1, 0, 1, 3, 9, 9, 9, 9)
    const { bytes } = thumbnailOf({ name: 'x', type: 'tensor', shape: [3, 2, 2, 1], data }, 0)
    expect([...bytes]).toEqual([0, 26, 51, 102])
  })
})

describe('NumPy arrays', () => {
  const image = { shape: [2, 2], data: Uint8Array.from({ length: 40 * 4 }, (_, k) => k) }
  const numbers = Array.from({ length: 40 }, (_, k) => k / 8)
  const words = Array.from({ length: 40 }, (_, k) => (k % 2 ? 'ja' : 'née'))

  it('are columns of one table, grey images with a channel', () => {
    const bytes = toNpz({ image: tensorToNpy(image), size: numbersToNpy(numbers), class: textsToNpy(words) })
    const { description, table } = inferDataset(bytes, 'mixed.npz')
    expect(description.columns).toMatchObject([
      { name: 'image', type: 'tensor', shape: [2, 2, 1], transform: 'rescale' },
      { name: 'size', type: 'numeric', role: 'feature' },
      { name: 'class', type: 'categorical', role: 'target', categories: ['ja', 'née'] },
    ])
    expect(rowsOf(table, 3, 1)).toEqual([['2 x 2 x 1', '0.375', 'ja']])
    expect(loadTable(bytes, description)).toEqual(table)
  })

  it('named by parts, as Keras names them, are put together', () => {
    const small = { shape: [4, 2], data: Float32Array.from({ length: 80 }, (_, k) => k) }
    const bytes = toNpz({
      x_train: tensorToNpy({ ...small, data: small.data.subarray(0, 64) }),
      y_train: numbersToNpy([0, 1, 0, 1, 0, 1, 0, 1]),
      x_test: tensorToNpy({ ...small, data: small.data.subarray(64) }),
      y_test: numbersToNpy([1, 0]),
    })
    const { description, table } = inferDataset(bytes, 'series.npz')
    expect(description.columns.map(({ name }) => name)).toEqual(['x', 'y', 'split'])
    expect(description.columns[0]).toMatchObject({ transform: 'none', shape: [4, 2] })
    expect([...splitTable(table, description).test]).toEqual([8, 9])
  })

  it('read every number type of either byte order', () => {
    const big = npyOf("'>f4'", [2], [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0])
    expect([...parseNpy(big, 'a').numbers!]).toEqual([1, -2])
    expect([...parseNpy(npyOf("'<i2'", [2], [1, 0, 0xff, 0xff]), 'a').numbers!]).toEqual([1, -1])
    expect(parseNpy(npyOf("'|S3'", [1], [0x61, 0x62, 0]), 'a').texts).toEqual(['ab'])
  })

  it.each([
    ['data.npy-type', npyOf("'|O'", [1], [0]), /x\.npy/],
    ['data.npy-type', npyOf("'<c8'", [1], [0, 0, 0, 0, 0, 0, 0, 0]), /x\.npy/],
    ['data.truncated', npyOf("'<f4'", [3], [0, 0, 0, 0]), /x\.npy/],
    ['data.damaged-zip', new TextEncoder().encode('PK nonsense'), /x\.npy/],
    ['data.empty-file', toNpz({}), /x\.npy/],
    ['data.row-count', toNpz({ a: numbersToNpy([1, 2]), b: numbersToNpy([1, 2, 3]) }), /x\.npy, b/],
    ['data.missing-column', toNpz({ x_train: numbersToNpy([1]), y_test: numbersToNpy([1]) }), /x\.npy/],
  ])('are refused as %s (%#)', (code, bytes, where) => {
    expectError(() => inferDataset(bytes, 'x.npy'), code, where)
  })
})

function npyOf(descr: string, shape: readonly number[], data: readonly number[]): Uint8Array {
  const head = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    1,
    0,
    head.length,
    0,
    ...new TextEncoder().encode(head),
    ...data,
  )
}

describe('a split that the data gives', () => {
  const rows = (parts: readonly string[]) =>
    `a,y,part\n${parts.map((part, k) => `${k / 7},${'kml'[k % 2]},${part}`).join('\n')}\n`
  const read = (parts: readonly string[], change: Partial<SplitSettings> = {}) => {
    const { description, table } = inferDataset(new TextEncoder().encode(rows(parts)), 't.csv')
    return splitTable(table, { ...description, split: { ...description.split, ...change } })
  }

  it('is taken from a column that names the parts, and its column is no feature', () => {
    const parts = Array.from({ length: 30 }, (_, k) => (k % 5 === 0 ? 'Test' : k % 5 === 1 ? 'val' : 'training'))
    const { description } = inferDataset(new TextEncoder().encode(rows(parts)), 't.csv')
    expect(description.split.given).toBe('part')
    expect(description.columns[2]!.role).toBe('ignore')
    const split = read(parts)
    expect([...split.test]).toEqual([0, 5, 10, 15, 20, 25])
    expect([...split.validation]).toEqual([1, 6, 11, 16, 21, 26])
    expect(split.train.length).toBe(18)
  })

  it('leaves the parts it does not name to the fractions', () => {
    const parts = Array.from({ length: 40 }, (_, k) => (k < 20 ? 'train' : 'test'))
    const split = read(parts, { validation: 0.2, stratify: true })
    expect([...split.test]).toEqual(Array.from({ length: 20 }, (_, k) => 20 + k))
    expect(split.validation.length).toBe(4)
    expect(new Set([...split.train, ...split.validation, ...split.test]).size).toBe(40)
    expect(split.validation.every((row) => row < 20)).toBe(true)
  })

  it('refuses a cell that names no part', () => {
    const parts = Array.from({ length: 20 }, (_, k) => (k === 7 ? 'other' : k % 2 ? 'train' : 'test'))
    expectError(() => read(parts, { given: 'part' }), 'data.invalid-split', /"part", row 8/)
  })
})
