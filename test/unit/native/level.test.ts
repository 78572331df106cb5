import { expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'

it('uses the instruction set that LAMINA_SIMD lowers it to', () => {
  const { simd } = loadNative().info()
  const wanted = process.env.LAMINA_SIMD
  if (wanted === 'plain') expect(simd).toBe('plain')
  else if (wanted === 'avx2' && process.arch === 'x64') expect(['avx2', 'plain']).toContain(simd)
  else expect(['avx512', 'avx2', 'neon', 'plain']).toContain(simd)
})
