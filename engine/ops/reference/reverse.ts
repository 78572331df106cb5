import type { ReferenceImplementation } from '../op.ts'
import { at, operand, sizeOf, tensorOf } from './tensor.ts'

export const reverse: ReferenceImplementation = ([input], attributes, [shape]) => {
  const x = operand(input)
  const axis = attributes.axis as number
  const inner = sizeOf(x.shape.slice(axis + 1))
  const size = x.shape[axis] as number
  return [
    tensorOf(shape as number[], (i) => {
      const along = Math.floor(i / inner) % size
      return at(x, i + (size - 1 - 2 * along) * inner)
    }),
  ]
}
