import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { availableLevels } from './levels.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const sources = join(root, 'engine', 'native', 'src')
const objects = join(root, 'build', 'Release', 'obj.target', 'lamina', 'engine', 'native', 'src', 'simd')

/** What simd/math.h promises, in units of the last place. */
const promised = { exp: 1.1, expm1: 4, log: 1, log1p: 2, tanh: 2, sigmoid: 3, erf: 2, softplus: 2 }

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

/** The checker needs the vector functions themselves, which the addon does not export: it is linked to the addon's object files, or to their sources. */
function compile(target: string) {
  const built = existsSync(objects) ? readdirSync(objects).filter((file) => file.endsWith('.o')) : []
  const parts =
    built.length > 0
      ? built.map((file) => join(objects, file))
      : readdirSync(join(sources, 'simd'))
          .filter((file) => file.endsWith('.cpp'))
          .map((file) => join(sources, 'simd', file))
  const checker = fileURLToPath(new URL('./math_accuracy.cpp', import.meta.url))
  const flags = ['-std=c++20', '-O2', '-ffp-contract=off', `-I${sources}`]
  execFileSync(process.env.CXX ?? 'c++', [...flags, checker, ...parts, '-o', target], { stdio: 'pipe' })
}

describe.skipIf(process.platform === 'win32')('vector math', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lamina-math-'))
  const program = join(folder, 'math_accuracy')
  beforeAll(() => compile(program), 120_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(availableLevels())(
    'stays within the promised error over all float32 exponents with %s',
    { timeout: 60_000 },
    (level) => {
      const output = execFileSync(program, { env: { ...process.env, LAMINA_SIMD: level }, encoding: 'utf8' })
      const report = JSON.parse(output) as Record<string, number | string | boolean>
      expect(report.simd).toBe(level)
      expect(report.floats).toBeGreaterThan(10_000_000)
      for (const [name, most] of Object.entries(promised))
        expect(report[name], `${name} at ${report[`${name}At`]}`).toBeLessThanOrEqual(most)
      for (const [name, most] of Object.entries(activations)) expect(report[name], name).toBeLessThanOrEqual(most)
      expect(report.sameInPieces).toBe(true)
    },
  )
})
