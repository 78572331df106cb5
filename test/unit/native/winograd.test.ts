import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { availableLevels } from '../native-gemm/levels.ts'

const script = fileURLToPath(new URL('./winograd_check.ts', import.meta.url))

describe.each(availableLevels())('convolutions by F(4x4, 3x3) with %s', (level) => {
  it('agree with float64, with the same bits on 1, 2 and 4 threads and in any batch', { timeout: 120_000 }, () => {
    const output = execFileSync(process.execPath, [script], {
      env: { ...process.env, LAMINA_SIMD: level },
      encoding: 'utf8',
    })
    const report = JSON.parse(output) as { simd: string; worst: number; worstCase: string; differing: string[] }
    expect(report.simd).toBe(level)
    // A relative error of 2e-6 in the mean; that of the direct kernels is about 3e-7.
    expect(report.worst, report.worstCase).toBeLessThan(4e-12)
    expect(report.differing).toEqual([])
  })
})
