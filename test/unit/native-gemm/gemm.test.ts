import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import { availableLevels } from './levels.ts'

const script = fileURLToPath(new URL('./gemm_check.ts', import.meta.url))

const kinds = availableLevels().flatMap((level) =>
  (['float32', 'bfloat16', 'bfloat16x3'] as const).map((precision) => [level, precision] as const),
)

describe.each(kinds)('matrix product with %s in %s', (level, precision) => {
  const run = () =>
    JSON.parse(
      execFileSync(process.execPath, [script, precision], {
        env: { ...process.env, LAMINA_SIMD: level },
        encoding: 'utf8',
      }),
    ) as { simd: string; cases: number; worst: number; worstShape: string; differing: string[] }

  it('agrees with float64 on odd shapes and all transposes, with the same bits on 1, 2 and 4 threads', {
    timeout: 120_000,
  }, () => {
    const report = run()
    expect(report.simd).toBe(level)
    expect(report.cases).toBeGreaterThan(1000)
    // A float32 rounding has a mean square of 2^-50 (9e-16) of its operand at most; sums up to 512 deep in one accumulator stay below 1e-12.
    // Three products of bfloat16 parts leave out 3 * 2^-16 of each product at most, where there is AMX.
    const bound = precision === 'bfloat16x3' && loadNative().info().amx ? 1e-9 : 1e-12
    expect(report.worst, report.worstShape).toBeLessThan(bound)
    expect(report.differing).toEqual([])
  })
})
