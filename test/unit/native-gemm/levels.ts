import { loadNative } from '../../../engine/native/index.ts'

/** The instruction sets this machine has, as LAMINA_SIMD names them: each lower one can be forced. */
export function availableLevels(): readonly string[] {
  const best = loadNative().info().simd
  if (best === 'avx512') return ['avx512', 'avx2', 'plain']
  return best === 'plain' ? ['plain'] : [best, 'plain']
}
