import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import { kernelCall, kernelCalls } from '../../support/kernel-calls.ts'
import { runKernel } from '../../support/native-program.ts'

const script = join(import.meta.dirname, '../../support/kernel-outputs.ts')
const best = loadNative().info().simd
const below = { avx512: ['avx2', 'plain'], avx2: ['plain'], neon: ['plain'], plain: [] }[best]

/** Squared error relative to squared size. */
function difference(actual: Float32Array, wanted: Float32Array): number {
  let error = 0
  let size = 0
  for (const [i, value] of wanted.entries()) {
    error += ((actual[i] as number) - value) ** 2
    size += value ** 2
  }
  return size === 0 ? error : error / size
}

describe(`instruction sets below ${best}`, () => {
  it('can be asked for, but never one above', () => {
    const level = (simd: string) => {
      const code = `import(${JSON.stringify(join(import.meta.dirname, '../../../engine/native/index.ts'))}).then((m) => console.log(m.loadNative().info().simd))`
      return spawnSync(process.execPath, ['-e', code], {
        encoding: 'utf8',
        env: { ...process.env, LAMINA_SIMD: simd },
      }).stdout.trim()
    }
    for (const simd of below) expect(level(simd)).toBe(simd)
    expect(level('nonsense')).toBe(best)
  })

  it.each(below)('%s gives the same numbers, but for rounding', async (simd) => {
    const env = { ...process.env, LAMINA_SIMD: simd }
    const child = spawnSync(process.execPath, [script], { encoding: 'utf8', env, maxBuffer: 1 << 28 })
    expect(child.status, child.stderr).toBe(0)
    const lines = child.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map((line) => line.kernel)).toEqual(Object.keys(kernelCalls))
    for (const { kernel, floats, accumulators } of lines) {
      const own = await runKernel(kernelCall(kernel))
      for (const [index, output] of own.outputs.entries()) {
        const other = new Float32Array(new Uint8Array(Buffer.from(floats[index], 'base64')).buffer)
        expect(other.length).toBe(output.length)
        // A few units in the last place of float32, squared.
        expect(difference(other, output), `${kernel}, output ${index}`).toBeLessThan(1e-12)
      }
      expect(accumulators).toEqual([...own.accumulators])
    }
  })
})
