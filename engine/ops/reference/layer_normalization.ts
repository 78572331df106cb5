import type { ReferenceImplementation } from '../op.ts'
import { at, featuresOf, operand, tensorOf, zeros } from './tensor.ts'

/** The mean of `value(i)` over the elements i of a row. */
function rowMean(row: number, columns: number, value: (index: number) => number): number {
  let sum = 0
  for (let c = 0; c < columns; c += 1) sum += value(row * columns + c)
  return sum / columns
}

export const layerNormalization: ReferenceImplementation = ([input, gamma, beta], attributes, [shape, rowShape]) => {
  const x = operand(input)
  const columns = featuresOf(x)
  const mean = tensorOf(rowShape as number[], (row) => rowMean(row, columns, (i) => at(x, i)))
  const inverse = tensorOf(rowShape as number[], (row) => {
    const variance = rowMean(row, columns, (i) => (at(x, i) - at(mean, row)) ** 2)
    return 1 / Math.sqrt(variance + (attributes.epsilon as number))
  })
  const y = tensorOf(shape as number[], (i) => {
    const row = Math.floor(i / columns)
    const normalized = (at(x, i) - at(mean, row)) * at(inverse, row)
    return normalized * (gamma ? at(gamma, i % columns) : 1) + (beta ? at(beta, i % columns) : 0)
  })
  return [y, mean, inverse]
}

export const layerNormalizationGradient: ReferenceImplementation = (inputs, _, [shape, vector]) => {
  const [dy, x, mean, inverse] = [operand(inputs[0]), operand(inputs[1]), operand(inputs[3]), operand(inputs[4])]
  const gamma = inputs[2]
  const columns = featuresOf(x)
  const rowOf = (i: number): number => Math.floor(i / columns)
  const normalized = (i: number): number => (at(x, i) - at(mean, rowOf(i))) * at(inverse, rowOf(i))
  const scaled = (i: number): number => at(dy, i) * (gamma ? at(gamma, i % columns) : 1)
  const means = tensorOf(mean.shape, (row) => rowMean(row, columns, scaled))
  const products = tensorOf(mean.shape, (row) => rowMean(row, columns, (i) => scaled(i) * normalized(i)))
  const dx = tensorOf(shape as number[], (i) => {
    const row = rowOf(i)
    return at(inverse, row) * (scaled(i) - at(means, row) - normalized(i) * at(products, row))
  })
  const [dgamma, dbeta] = [zeros(vector as number[]), zeros(vector as number[])]
  for (let i = 0; i < x.data.length; i += 1) {
    dgamma.data[i % columns] = at(dgamma, i % columns) + at(dy, i) * normalized(i)
    dbeta.data[i % columns] = at(dbeta, i % columns) + at(dy, i)
  }
  return [dx, dgamma, dbeta]
}
