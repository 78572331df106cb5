import { LaminaError } from '../../base/errors.ts'

export interface NamedTensor {
  name: string
  shape: readonly number[]
  data: Float32Array
}

const HEADER_LENGTH_BYTES = 8
const ALIGNMENT = 8

/**
 * Bytes of a safetensors file: header length (uint64, little endian), JSON header padded with spaces, then the tensors back to
 * back as little-endian float32. `metadata` goes under `__metadata__`.
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  let text = new TextEncoder().encode(JSON.stringify(header))
  const padding = (ALIGNMENT - (text.length % ALIGNMENT)) % ALIGNMENT
  if (padding > 0) text = new Uint8Array([...text, ...new Array<number>(padding).fill(0x20)])
  const bytes = new Uint8Array(HEADER_LENGTH_BYTES + text.length + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, HEADER_LENGTH_BYTES)
  const view = new DataView(bytes.buffer, HEADER_LENGTH_BYTES + text.length)
  let at = 0
  for (const { data } of tensors)
    for (const value of data) {
      view.setFloat32(at, value, true)
      at += 4
    }
  return bytes
}

/** Reads float32 tensors of a safetensors file. Throws `export.invalid-safetensors`. */
export function decodeSafetensors(bytes: Uint8Array): { tensors: NamedTensor[]; metadata: Record<string, string> } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = bytes.length >= HEADER_LENGTH_BYTES ? Number(view.getBigUint64(0, true)) : Number.NaN
  if (!(length <= bytes.length - HEADER_LENGTH_BYTES)) throw invalid('a header that fits the file', `${length} bytes`)
  const body = HEADER_LENGTH_BYTES + length
  const header = parseHeader(bytes.subarray(HEADER_LENGTH_BYTES, body))
  const tensors: NamedTensor[] = []
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const { dtype, shape, data_offsets: offsets } = entry as { dtype: string; shape: number[]; data_offsets: number[] }
    const [begin = Number.NaN, end = Number.NaN] = offsets ?? []
    const count = (shape ?? []).reduce((product, size) => product * size, 1)
    if (dtype !== 'F32') throw invalid(`${name} as F32`, String(dtype))
    if (!(begin >= 0 && end - begin === count * 4 && body + end <= bytes.length))
      throw invalid(`${count * 4} bytes for ${name}`, `offsets ${begin} to ${end}`)
    const data = Float32Array.from({ length: count }, (_, index) => view.getFloat32(body + begin + index * 4, true))
    tensors.push({ name, shape, data })
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>
  } catch {
    throw invalid('a JSON header', 'other bytes')
  }
}

function invalid(expected: string, received: string): LaminaError {
  return new LaminaError({
    code: 'export.invalid-safetensors',
    message: 'The file is no safetensors file of float32 tensors.',
    expected,
    received,
    fix: 'Choose a file that was written as safetensors, or export it again.',
  })
}
