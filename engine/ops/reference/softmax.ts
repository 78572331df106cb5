import type { ReferenceImplementation } from '../op.ts'
import { at, featuresOf, operand, tensorOf } from './tensor.ts'

/** Probabilities of one row of logits. */
export function softmaxOf(row: readonly number[]): number[] {
  const most = Math.max(...row)
  const exponentials = row.map((x) => Math.exp(x - most))
  const sum = exponentials.reduce((a, b) => a + b, 0)
  return exponentials.map((e) => e / sum)
}

export const softmax: ReferenceImplementation = ([input], _, [shape]) => {
  const x = operand(input)
  const columns = featuresOf(x)
  const values: number[] = []
  for (let row = 0; row < x.data.length; row += columns)
    values.push(...softmaxOf([...x.data.slice(row, row + columns)]))
  return [tensorOf(shape as number[], (i) => values[i] as number)]
}

export const softmaxGradient: ReferenceImplementation = ([gradient, output], _, [shape]) => {
  const dy = operand(gradient)
  const y = operand(output)
  const columns = featuresOf(y)
  return [
    tensorOf(shape as number[], (i) => {
      const row = i - (i % columns)
      let sum = 0
      for (let c = 0; c < columns; c += 1) sum += at(dy, row + c) * at(y, row + c)
      return at(y, i) * (at(dy, i) - sum)
    }),
  ]
}

export const logSoftmax: ReferenceImplementation = ([input], _, [shape]) => {
  const x = operand(input)
  const columns = featuresOf(x)
  const values: number[] = []
  for (let row = 0; row < x.data.length; row += columns) {
    const logits = [...x.data.slice(row, row + columns)]
    const most = Math.max(...logits)
    const logarithm = most + Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0))
    values.push(...logits.map((logit) => logit - logarithm))
  }
  return [tensorOf(shape as number[], (i) => values[i] as number)]
}

export const logSoftmaxGradient: ReferenceImplementation = ([gradient, output], _, [shape]) => {
  const dy = operand(gradient)
  const y = operand(output)
  const columns = featuresOf(y)
  return [
    tensorOf(shape as number[], (i) => {
      const row = i - (i % columns)
      let sum = 0
      for (let c = 0; c < columns; c += 1) sum += at(dy, row + c)
      return at(dy, i) - Math.exp(at(y, i)) * sum
    }),
  ]
}
