import type { ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, featuresOf, operand, tensorOf } from './tensor.ts'

const LEAST = 1e-7

/** The sum of `value(i)` over the elements i of the row that holds element `index`. */
function rowSum({ shape }: ReferenceTensor, columns: number, index: number, value: (i: number) => number): number {
  const begin = Math.floor(index / columns) * columns
  return Array.from({ length: shape.at(-1) as number }, (_, c) => value(begin + c)).reduce((sum, item) => sum + item, 0)
}

export const l2Normalize: ReferenceImplementation = ([input]) => {
  const x = operand(input)
  const columns = featuresOf(x)
  return [tensorOf(x.shape, (i) => at(x, i) / Math.max(LEAST, Math.sqrt(rowSum(x, columns, i, (j) => at(x, j) ** 2))))]
}

export const l2NormalizeGradient: ReferenceImplementation = ([gradient, input]) => {
  const [dy, x] = [operand(gradient), operand(input)]
  const columns = featuresOf(x)
  return [
    tensorOf(x.shape, (i) => {
      const norm = Math.sqrt(rowSum(x, columns, i, (j) => at(x, j) ** 2))
      if (norm < LEAST) return at(dy, i) / LEAST
      const product = rowSum(x, columns, i, (j) => at(dy, j) * at(x, j))
      return (at(dy, i) - (at(x, i) * product) / norm ** 2) / norm
    }),
  ]
}
