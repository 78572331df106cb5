import { unzipSync, zipSync } from 'fflate'
import { dataError } from '../errors.ts'
import { isNpy, type NpyArray, parseNpy } from './npy.ts'
import { isCells, type RawColumn, type RawTensor, type Reader } from './reader.ts'

const partNames: Readonly<Record<string, string>> = {
  train: 'train',
  val: 'validation',
  valid: 'validation',
  test: 'test',
}

/**
 * NumPy's `.npz` (and a single `.npy`): each array is a column, its first axis the rows. Arrays of more axes become tensors. Arrays named
 * `x_train`, `x_test` are put together, as in Keras' data sets, and a column `split` says where each row comes from.
 */
export const npzReader: Reader = {
  id: 'npz',
  label: 'NumPy arrays (npz, npy)',
  extensions: ['.npz', '.npy'],
  sniff: (bytes, fileName) => (/\.np[zy]$/i.test(fileName) || isNpy(bytes) ? 1 : 0),
  read: (bytes, fileName) => {
    const parts = groupParts(arraysOf(bytes, fileName))
    const counts = [...parts].map(([part, arrays]) => [part, rowsOf(arrays, fileName)] as const)
    const first = [...parts.values()][0]!
    const names = [...first.keys()]
    const columns = names.map((name) => joined(name, [...parts.values()], fileName))
    if (parts.size > 1) {
      names.push('split')
      columns.push(counts.flatMap(([part, count]) => new Array<string>(count).fill(part)))
    }
    const rowCount = counts.reduce((sum, [, count]) => sum + count, 0)
    const lines = Int32Array.from({ length: rowCount }, (_, row) => row + 1)
    return { names, header: true, delimiter: null, columns, lines, title: fileName.replace(/\.np[zy]$/i, '') }
  },
}

/** Columns as an `.npz` file. */
export function toNpz(columns: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const files = Object.entries(columns).map(([name, bytes]) => [`${name}.npy`, bytes] as const)
  return zipSync(Object.fromEntries(files), { level: 6, mtime: '1980-01-01' })
}

function arraysOf(bytes: Uint8Array, fileName: string): Map<string, NpyArray> {
  if (isNpy(bytes)) return new Map([['x', parseNpy(bytes, fileName)]])
  let files: Record<string, Uint8Array>
  try {
    files = unzipSync(bytes, { filter: ({ name }) => name.endsWith('.npy') })
  } catch (cause) {
    throw dataError('damaged-zip', `${fileName} cannot be unpacked.`, {
      where: fileName,
      expected: 'an archive written by numpy.savez',
      received: cause instanceof Error ? cause.message : String(cause),
      fix: 'Save or copy the file again.',
    })
  }
  const arrays = Object.entries(files).map(([name, content]) => {
    const column = name.replace(/\.npy$/, '')
    return [column, parseNpy(content, `${fileName}, ${column}`)] as const
  })
  if (arrays.length > 0) return new Map(arrays)
  throw dataError('empty-file', `${fileName} holds no arrays.`, {
    where: fileName,
    expected: 'at least one array',
    received: 'none',
    fix: 'Save the arrays with numpy.savez(path, x=x, y=y).',
  })
}

/** Arrays by part and column; one part where the names do not speak of parts. */
function groupParts(arrays: Map<string, NpyArray>): Map<string, Map<string, NpyArray>> {
  const named = [...arrays].map(([name, array]) => {
    const [, column, part] = /^(.+)_(train|val|valid|test)$/.exec(name) ?? []
    return { column, part: part && partNames[part], array }
  })
  if (!named.every(({ part }) => part)) return new Map([['train', arrays]])
  const parts = new Map<string, Map<string, NpyArray>>()
  for (const { column, part, array } of named) {
    const of = parts.get(part!) ?? new Map<string, NpyArray>()
    parts.set(part!, of.set(column!, array))
  }
  return parts
}

function rowsOf(arrays: ReadonlyMap<string, NpyArray>, fileName: string): number {
  const counts = [...arrays].map(([name, { shape }]) => ({ name, rows: shape[0] ?? 0 }))
  const first = counts[0]!
  const other = counts.find(({ rows }) => rows !== first.rows)
  if (!other && first.rows > 0) return first.rows
  throw dataError(
    'row-count',
    other ? `The arrays of ${fileName} have different numbers of rows.` : `The arrays of ${fileName} have no rows.`,
    {
      where: `${fileName}, ${(other ?? first).name}`,
      expected: other ? `${first.rows} rows, as ${first.name} has` : 'at least one row: the first axis of each array',
      received: `${(other ?? first).rows} rows`,
      fix: 'Give every array the same first axis.',
      data: { rows: Object.fromEntries(counts.map(({ name, rows }) => [name, rows])) },
    },
  )
}

function joined(name: string, parts: readonly Map<string, NpyArray>[], fileName: string): RawColumn {
  const columns = parts.map((part) => {
    const array = part.get(name)
    if (array) return toColumn(array)
    throw dataError('missing-column', `A part of ${fileName} lacks ${name}.`, {
      where: fileName,
      expected: `${name} in every part (train, test)`,
      received: [...part.keys()].join(', '),
      fix: 'Save every array for every part.',
    })
  })
  const [first] = columns
  if (columns.length === 1) return first!
  if (columns.every(isCells)) return columns.flat()
  const tensors = columns.filter((column): column is RawTensor => !isCells(column))
  const shape = isCells(first!) ? [] : first!.shape
  if (tensors.length < columns.length || tensors.some((tensor) => String(tensor.shape) !== String(shape)))
    throw dataError('shape-differs', `${name} has another shape in another part of ${fileName}.`, {
      where: `${fileName}, ${name}`,
      expected: `rows of ${shape.join(' x ')}`,
      received: tensors.map((tensor) => tensor.shape.join(' x ')).join(', '),
      fix: 'Give the rows of every part the same shape.',
    })
  const length = tensors.reduce((sum, { data }) => sum + data.length, 0)
  const data = tensors.every((tensor) => tensor.data instanceof Uint8Array)
    ? new Uint8Array(length)
    : new Float32Array(length)
  let offset = 0
  for (const tensor of tensors) {
    data.set(tensor.data, offset)
    offset += tensor.data.length
  }
  return { shape, data }
}

/** One number or text a row is a cell, more are a tensor; bytes of two axes are a grey image and get an axis of one channel. */
function toColumn({ shape, numbers, texts }: NpyArray): RawColumn {
  const cell = shape.slice(1)
  if (texts) return texts.map((text) => text.trim())
  if (cell.every((size) => size === 1))
    return Array.from(numbers!, (value) => (Number.isNaN(value) ? '' : String(value)))
  if (numbers instanceof Uint8Array) return { shape: cell.length === 2 ? [...cell, 1] : cell, data: numbers }
  return { shape: cell, data: Float32Array.from(numbers!) }
}
