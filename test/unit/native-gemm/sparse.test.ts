import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { availableLevels } from './levels.ts'

const script = fileURLToPath(new URL('./sparse_check.ts', import.meta.url))

interface Report {
  simd: string
  cases: number
  worst: number
  worstCase: string
  differing: string[]
  finite: boolean
  spreads: boolean
}

describe.each(availableLevels())('matrix product that skips zeros with %s', (level) => {
  it('is the product that does not, of any density and all transposes, on 1, 2 and 4 threads', {
    timeout: 120_000,
  }, () => {
    const env = { ...process.env, LAMINA_SIMD: level }
    const report = JSON.parse(execFileSync(process.execPath, [script], { env, encoding: 'utf8' })) as Report
    expect(report.simd).toBe(level)
    expect(report.cases).toBe(480)
    expect(report.worst, report.worstCase).toBeLessThan(1e-12)
    expect(report.differing).toEqual([])
    // Only AVX-512 has code that skips; others multiply a zero by an infinity as ever.
    expect(report.finite).toBe(level === 'avx512')
    expect(report.spreads).toBe(true)
  })
})
