import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../../../engine/export/safetensors/safetensors.ts'

const tensors = [
  { name: 'dense/kernel', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 1e-30, Math.fround(0.1), 6) },
  { name: 'dense/bias', shape: [3], data: Float32Array.of(0, -0, 7) },
  { name: 'scalar', shape: [], data: Float32Array.of(42) },
]

describe('safetensors', () => {
  it('come back exactly', () => {
    const decoded = decodeSafetensors(encodeSafetensors(tensors, { model: 'test' }))
    expect(decoded).toEqual({ tensors, metadata: { model: 'test' } })
  })

  it('are laid out as the format says', () => {
    const bytes = encodeSafetensors(tensors)
    const view = new DataView(bytes.buffer)
    const length = Number(view.getBigUint64(0, true))
    expect(length % 8).toBe(0)
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
    expect(header['dense/bias']).toEqual({ dtype: 'F32', shape: [3], data_offsets: [24, 36] })
    expect(view.getFloat32(8 + length + 4, true)).toBe(-2)
    expect(bytes.length).toBe(8 + length + 40)
  })

  it.each([
    ['an empty file', () => new Uint8Array()],
    ['a header longer than the file', () => Uint8Array.of(255, 255, 0, 0, 0, 0, 0, 0, 1)],
    ['a header that is no JSON', () => Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 65, 66)],
    ['a file that was cut', () => encodeSafetensors(tensors).slice(0, -4)],
  ])('refuse %s', (_, bytes) => {
    expect(() => decodeSafetensors(bytes())).toThrow(expect.objectContaining({ code: 'export.invalid-safetensors' }))
  })
})
