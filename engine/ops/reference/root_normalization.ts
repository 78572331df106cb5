import type { ReferenceImplementation } from '../op.ts'
import { at, featuresOf, operand, tensorOf, zeros } from './tensor.ts'

const SMALLEST_NORM = 1e-12

/** The sum of value(i) over the elements i of a row. */
function rowSum(row: number, columns: number, value: (index: number) => number): number {
  let sum = 0
  for (let c = 0; c < columns; c += 1) sum += value(row * columns + c)
  return sum
}

export const rmsNormalization: ReferenceImplementation = ([input, gamma], { epsilon }, [shape, rows]) => {
  const x = operand(input)
  const columns = featuresOf(x)
  const inverse = tensorOf(rows as number[], (row) => {
    const squares = rowSum(row, columns, (i) => at(x, i) ** 2)
    return 1 / Math.sqrt(squares / columns + (epsilon as number))
  })
  const scale = (i: number) => at(inverse, Math.floor(i / columns)) * (gamma ? at(gamma, i % columns) : 1)
  return [tensorOf(shape as number[], (i) => at(x, i) * scale(i)), inverse]
}

export const rmsNormalizationGradient: ReferenceImplementation = (inputs, _, [shape, vector]) => {
  const [dy, x, inverse] = [operand(inputs[0]), operand(inputs[1]), operand(inputs[3])]
  const gamma = inputs[2]
  const columns = featuresOf(x)
  const scaled = (i: number): number => at(dy, i) * (gamma ? at(gamma, i % columns) : 1)
  const products = tensorOf(inverse.shape, (row) => rowSum(row, columns, (i) => scaled(i) * at(x, i)) / columns)
  const dx = tensorOf(shape as number[], (i) => {
    const row = Math.floor(i / columns)
    return at(inverse, row) * (scaled(i) - at(x, i) * at(inverse, row) ** 2 * at(products, row))
  })
  const dgamma = zeros(vector as number[])
  for (let i = 0; i < x.data.length; i += 1)
    dgamma.data[i % columns] = at(dgamma, i % columns) + at(dy, i) * at(x, i) * at(inverse, Math.floor(i / columns))
  return [dx, dgamma]
}

export const unitNormalization: ReferenceImplementation = ([input], _, [shape, rows]) => {
  const x = operand(input)
  const columns = featuresOf(x)
  const inverse = tensorOf(
    rows as number[],
    (row) => 1 / Math.max(Math.sqrt(rowSum(row, columns, (i) => at(x, i) ** 2)), SMALLEST_NORM),
  )
  return [tensorOf(shape as number[], (i) => at(x, i) * at(inverse, Math.floor(i / columns))), inverse]
}

export const unitNormalizationGradient: ReferenceImplementation = (inputs, _, [shape]) => {
  const [dy, x, inverse] = [operand(inputs[0]), operand(inputs[1]), operand(inputs[2])]
  const columns = featuresOf(x)
  const products = tensorOf(inverse.shape, (row) => rowSum(row, columns, (i) => at(dy, i) * at(x, i)))
  return [
    tensorOf(shape as number[], (i) => {
      const row = Math.floor(i / columns)
      if (at(inverse, row) >= 1 / SMALLEST_NORM) return 0
      return at(inverse, row) * (at(dy, i) - at(x, i) * at(inverse, row) ** 2 * at(products, row))
    }),
  ]
}
