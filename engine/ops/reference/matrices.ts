import type { ReferenceImplementation } from '../op.ts'
import { at, operand, sizeOf, tensorOf } from './tensor.ts'

export const transpose: ReferenceImplementation = ([input], attributes, [shape]) => {
  const x = operand(input)
  const permutation = attributes.permutation as readonly number[]
  const y = shape as number[]
  return [
    tensorOf(y, (i) => {
      let from = 0
      for (const [axis, source] of permutation.entries()) {
        const position = Math.floor(i / sizeOf(y.slice(axis + 1))) % (y[axis] as number)
        from += position * sizeOf(x.shape.slice(source + 1))
      }
      return at(x, from)
    }),
  ]
}

export const batchMatmul: ReferenceImplementation = ([left, right], { transposeA, transposeB }, [shape]) => {
  const [a, b] = [operand(left), operand(right)]
  const [, rows, columns] = shape as [number, number, number]
  const [, p, q] = a.shape as [number, number, number]
  const depth = transposeA ? p : q
  return [
    tensorOf(shape as number[], (i) => {
      const [n, r, c] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns]
      let sum = 0
      for (let k = 0; k < depth; k += 1) {
        const x = at(a, n * rows * depth + (transposeA ? k * rows + r : r * depth + k))
        sum += x * at(b, n * depth * columns + (transposeB ? c * depth + k : k * columns + c))
      }
      return sum
    }),
  ]
}
