import { expect } from 'vitest'
import type { Shape } from '../../engine/base/shape.ts'
import { type KernelCall, type Operand, runKernel } from './native-program.ts'

/** A kernel with numbers worked by hand. */
export interface KernelCase {
  name: string
  call: KernelCall
  /** One list per output. */
  expected: number[][]
}

/** An operand of these numbers. */
export const operand = (shape: Shape, ...data: number[]): Operand => ({ shape, data })

/** Runs a case; tolerance is that of a few float32 operations. */
export async function checkCase({ call, expected }: KernelCase): Promise<void> {
  const { outputs } = await runKernel(call)
  for (const [index, wanted] of expected.entries()) {
    const actual = outputs[index] as Float32Array
    expect(actual.length).toBe(wanted.length)
    for (const [i, value] of wanted.entries())
      expect(Math.abs((actual[i] as number) - value)).toBeLessThanOrEqual(5e-7 * Math.max(Math.abs(value), 1e-3))
  }
}
