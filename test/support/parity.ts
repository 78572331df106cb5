import { appendFileSync } from 'node:fs'
import { expect } from 'vitest'

/** What golden tests allow, relative to the largest number of the tensor that is compared. */
export const TOLERANCE = { forward: 1e-5, gradient: 1e-4, steps: 1e-4, rates: 1e-6, spread: 0.01 } as const

export type Quantity = keyof typeof TOLERANCE

/** A tensor of ours against that of another library. */
export interface Comparison {
  /** `layer`, `loss`, `optimizer`, ... and the library's name of the thing: one row of docs/parity.md. */
  kind: 'layer' | 'loss' | 'optimizer' | 'schedule' | 'metric' | 'initializer' | 'penalty' | 'training'
  item: string
  library: 'Keras' | 'PyTorch' | 'scikit-learn'
  quantity: Quantity
  actual: ArrayLike<number>
  expected: ArrayLike<number>
  /** What is compared, in words. */
  what: string
  /** Numbers whose largest is smaller than this are compared to it; default 1e-3. */
  scale?: number
}

/** Where comparisons are collected for docs/parity.md (`npm run parity`); nowhere in an ordinary run. */
const collected = process.env.LAMINA_PARITY_FILE

/** Largest difference of two tensors, relative to the largest number of the expected one. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, scale = 1e-3): number {
  let largest = scale
  let worst = 0
  for (let index = 0; index < expected.length; index += 1) {
    const difference = Math.abs((expected[index] as number) - (actual[index] as number))
    largest = Math.max(largest, Math.abs(expected[index] as number))
    // A number that is none is no agreement.
    worst = difference <= worst ? worst : difference
  }
  return worst / largest
}

/** Expects that ours is the other library's number up to the tolerance of its kind, and tells docs/parity.md how far it is. */
export function agree({ kind, item, library, quantity, actual, expected, what, scale }: Comparison): void {
  expect(actual.length, what).toBe(expected.length)
  const error = relativeError(actual, expected, scale)
  if (collected) appendFileSync(collected, `${JSON.stringify({ kind, item, library, quantity, error })}\n`)
  expect(error, `${item}: ${what}, against ${library}`).toBeLessThan(TOLERANCE[quantity])
}
