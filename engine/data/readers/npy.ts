import { dataError } from '../errors.ts'
import type { RawTensor } from './reader.ts'

/** One array of NumPy's `.npy` format: its sizes, and its elements in C order as numbers or texts. */
export interface NpyArray {
  shape: number[]
  /** Bytes stay bytes (`u1`, `b1`); other numbers are float64 so that whole numbers keep their digits. */
  numbers?: Uint8Array | Float64Array
  texts?: string[]
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte)
}

/** Throws `data.bad-magic`, `data.truncated`, `data.npy-type`. */
export function parseNpy(bytes: Uint8Array, where: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!isNpy(bytes) || bytes.length < 12)
    throw dataError('bad-magic', `${where} is no NumPy array.`, {
      where,
      expected: 'a file that begins with 93 4e 55 4d 50 59 (.npy)',
      received: bytes.length === 0 ? 'an empty file' : 'other bytes',
      fix: 'Save the array again with numpy.save or numpy.savez.',
    })
  const wide = bytes[6] !== 1
  const start = wide ? 12 : 10
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true))
  const head = new TextDecoder('latin1').decode(bytes.subarray(start, end))
  const descr = /'descr': '([^']*)'/.exec(head)?.[1]
  const sizes = /'shape': \(([^)]*)\)/.exec(head)?.[1]
  const shape = (sizes ?? '')
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number)
  if (descr === undefined || sizes === undefined || /'fortran_order': True/.test(head))
    throw unknownType(where, head.trim())
  const count = shape.reduce((product, size) => product * size, 1)
  const [, order, kind, width] = /^([<>|=])([a-zA-Z])(\d+)$/.exec(descr) ?? []
  const size = Number(width) * (kind === 'U' ? 4 : 1)
  if (!kind || (!readers[`${kind}${width}`] && kind !== 'U' && kind !== 'S')) throw unknownType(where, descr)
  if (bytes.length < end + count * size)
    throw dataError('truncated', `${where} does not hold what its head announces.`, {
      where,
      expected: `${end + count * size} bytes for ${shape.join(' x ')} elements of ${descr}`,
      received: `${bytes.length} bytes`,
      fix: 'Save or copy the file again.',
    })
  const little = order !== '>'
  if (kind === 'U' || kind === 'S') {
    const texts = Array.from({ length: count }, (_, index) =>
      textAt(view, end + index * size, size, kind === 'U', little),
    )
    return { shape, texts }
  }
  if (size === 1 && kind !== 'i') return { shape, numbers: bytes.subarray(end, end + count) }
  const read = readers[`${kind}${width}`]!
  const numbers = new Float64Array(count)
  for (let index = 0; index < count; index += 1) numbers[index] = read(view, end + index * size, little)
  return { shape, numbers }
}

const readers: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  u1: (view, at) => view.getUint8(at),
  b1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  i2: (view, at, little) => view.getInt16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  u8: (view, at, little) => Number(view.getBigUint64(at, little)),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
}

function textAt(view: DataView, at: number, size: number, unicode: boolean, little: boolean): string {
  const step = unicode ? 4 : 1
  let text = ''
  for (let offset = 0; offset < size; offset += step) {
    const code = unicode ? view.getUint32(at + offset, little) : view.getUint8(at + offset)
    if (code > 0x10ffff) break
    text += String.fromCodePoint(code)
  }
  return text.replace(/\0+$/, '')
}

function unknownType(where: string, received: string): Error {
  return dataError('npy-type', `${where} holds elements that Lamina does not read.`, {
    where,
    expected: 'numbers (u1, i4, f4, f8 and so on), booleans or texts, in C order',
    received,
    fix: 'Save it with numpy.ascontiguousarray(x).astype("float32"); objects cannot be read.',
  })
}

/** A column of arrays as a `.npy` file. */
export function tensorToNpy({ shape, data }: RawTensor): Uint8Array {
  const rows = data.length / shape.reduce((product, size) => product * size, 1)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return npy(data instanceof Uint8Array ? '|u1' : '<f4', [rows, ...shape], bytes)
}

export function numbersToNpy(values: ArrayLike<number>): Uint8Array {
  return npy('<f8', [values.length], new Uint8Array(Float64Array.from(values).buffer))
}

export function textsToNpy(values: readonly string[]): Uint8Array {
  const width = Math.max(1, ...values.map((text) => Array.from(text).length))
  const codes = new Uint32Array(values.length * width)
  for (const [row, text] of values.entries())
    for (const [place, character] of Array.from(text).entries()) codes[row * width + place] = character.codePointAt(0)!
  return npy(`<U${width}`, [values.length], new Uint8Array(codes.buffer))
}

/** Version 1.0; the head is padded so that the elements begin at a multiple of 64 bytes. */
function npy(descr: string, shape: readonly number[], data: Uint8Array): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10
  const head = new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`)
  const out = new Uint8Array(10 + length + data.length)
  out.set([...magic, 1, 0, length & 0xff, length >> 8])
  out.set(head, 10)
  out.set(data, 10 + length)
  return out
}
