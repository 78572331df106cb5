import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const sources = join(root, 'engine', 'native', 'src')
const objects = join(root, 'build', 'Release', 'obj.target', 'lamina', 'engine', 'native', 'src', 'simd')

/** The largest errors of the array functions, of each by its name, and where (`expAt`). */
export type Accuracy = Readonly<Record<string, number | string | boolean>>

/**
 * Compiles test/unit/native-gemm/math_accuracy.cpp to `target`. It needs the vector functions themselves, which the addon does not export: it is linked to
 * the addon's object files, or to their sources.
 */
export function compileAccuracyCheck(target: string): void {
  const built = existsSync(objects) ? readdirSync(objects).filter((file) => file.endsWith('.o')) : []
  const parts =
    built.length > 0
      ? built.map((file) => join(objects, file))
      : readdirSync(join(sources, 'simd'))
          .filter((file) => file.endsWith('.cpp'))
          .map((file) => join(sources, 'simd', file))
  const checker = join(root, 'test', 'unit', 'native-gemm', 'math_accuracy.cpp')
  const flags = ['-std=c++20', '-O2', '-ffp-contract=off', `-I${sources}`]
  execFileSync(process.env.CXX ?? 'c++', [...flags, checker, ...parts, '-o', target], { stdio: 'pipe' })
}

/** Runs it on an instruction set; every `stride`-th float from 2^-20 to 128 is tried. */
export function measureAccuracy(program: string, level: string, stride: number): Accuracy {
  const env = { ...process.env, LAMINA_SIMD: level }
  return JSON.parse(execFileSync(program, [String(stride)], { env, encoding: 'utf8' })) as Accuracy
}
