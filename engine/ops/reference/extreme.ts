import type { ReferenceImplementation } from '../op.ts'
import { at, operand, tensorOf } from './tensor.ts'

export const maximum: ReferenceImplementation = ([a, b], _, [shape]) => [
  tensorOf(shape as number[], (i) => Math.max(at(operand(a), i), at(operand(b), i))),
]

export const minimum: ReferenceImplementation = ([a, b], _, [shape]) => [
  tensorOf(shape as number[], (i) => Math.min(at(operand(a), i), at(operand(b), i))),
]

export const maximumGradient: ReferenceImplementation = ([gradient, first, second], _, [shape]) => {
  const [dy, a, b] = [operand(gradient), operand(first), operand(second)]
  // 1 where a is larger, 1/2 where both are equal.
  const share = (i: number): number => (1 + Math.sign(at(a, i) - at(b, i))) / 2
  return [
    tensorOf(shape as number[], (i) => at(dy, i) * share(i)),
    tensorOf(shape as number[], (i) => at(dy, i) * (1 - share(i))),
  ]
}

// a takes the share that b would have of the maximum.
export const minimumGradient: ReferenceImplementation = ([gradient, first, second], attributes, shapes, context) =>
  maximumGradient([gradient ?? null, second ?? null, first ?? null], attributes, shapes, context)
