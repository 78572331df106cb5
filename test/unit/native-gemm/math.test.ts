import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileAccuracyCheck, measureAccuracy } from '../../support/math-accuracy.ts'
import { availableLevels } from './levels.ts'

/** What simd/math.h promises, in units of the last place. */
const promised = { exp: 1.1, expm1: 1.5, log: 1, log1p: 1.5, tanh: 1.5, sigmoid: 2, erf: 1.5, softplus: 2 }

/** Activations with the largest error that it promises relative to max(1, |x|, |y|). */
const activations = {
  gelu: 1.3e-7,
  geluTanh: 3e-7,
  softsign: 3e-7,
  mish: 3e-7,
  hardSigmoid: 3e-7,
  hardTanh: 3e-7,
  hardSilu: 3e-7,
  exponential: 3e-7,
  relu6: 3e-7,
  celu: 3e-7,
  logSigmoid: 3e-7,
  tanhShrink: 3e-7,
  softShrink: 3e-7,
  hardShrink: 3e-7,
  squareplus: 3e-7,
}

/** Of the floats from 2^-20 to 128; with LAMINA_FULL all of them, which takes minutes an instruction set. */
const stride = process.env.LAMINA_FULL ? 1 : 61

describe.skipIf(process.platform === 'win32')('vector math', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamina-math-'))
  const program = join(folder, 'math_accuracy')
  beforeAll(() => compileAccuracyCheck(program), 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(availableLevels())(
    'stays within the promised error over all float32 exponents with %s',
    { timeout: process.env.LAMINA_FULL ? 3_600_000 : 60_000 },
    (level) => {
      const report = measureAccuracy(program, level, stride)
      expect(report.simd).toBe(level)
      expect(report.floats).toBeGreaterThan(10_000_000)
      for (const [name, most] of Object.entries(promised))
        expect(report[name], `${name} at ${report[`${name}At`]}`).toBeLessThanOrEqual(most)
      for (const [name, most] of Object.entries(activations)) expect(report[name], name).toBeLessThanOrEqual(most)
      expect(report.sameInPieces).toBe(true)
    },
  )
})
