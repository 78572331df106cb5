import type { ReferenceImplementation } from '../op.ts'
import { at, operand, tensorOf } from './tensor.ts'

export const batchMean: ReferenceImplementation = ([input], _, [shape]) => {
  const x = operand(input)
  return [tensorOf(shape as number[], () => x.data.reduce((sum, value) => sum + value, 0) / x.data.length)]
}

export const batchMeanGradient: ReferenceImplementation = ([g], _, [shape], { n }) => [
  tensorOf(shape as number[], () => at(operand(g), 0) / n),
]

export const divideByMean: ReferenceImplementation = ([input, counts], _, [shape], { n }) => {
  const total = operand(counts).data.reduce((sum, value) => sum + value, 0)
  return [tensorOf(shape as number[], (i) => (total === 0 ? 0 : (at(operand(input), i) * n) / total))]
}

export const l1Penalty: ReferenceImplementation = ([w], attributes, [shape]) => [
  tensorOf(
    shape as number[],
    () => (attributes.factor as number) * operand(w).data.reduce((sum, value) => sum + Math.abs(value), 0),
  ),
]

export const l1PenaltyGradient: ReferenceImplementation = ([g, w], attributes, [shape]) => [
  tensorOf(shape as number[], (i) => at(operand(g), 0) * (attributes.factor as number) * Math.sign(at(operand(w), i))),
]

export const l2Penalty: ReferenceImplementation = ([w], attributes, [shape]) => [
  tensorOf(
    shape as number[],
    () => (attributes.factor as number) * operand(w).data.reduce((sum, value) => sum + value * value, 0),
  ),
]

export const l2PenaltyGradient: ReferenceImplementation = ([g, w], attributes, [shape]) => [
  tensorOf(shape as number[], (i) => at(operand(g), 0) * 2 * (attributes.factor as number) * at(operand(w), i)),
]

export const accumulate: ReferenceImplementation = ([input], attributes, _, { n, accumulators }) => {
  const x = operand(input)
  const factor = x.shape.length === 0 && attributes.perSample ? n : 1
  const slot = attributes.slot as number
  const sum = x.data.reduce((total, value) => total + value, 0)
  accumulators[slot] = (accumulators[slot] ?? 0) + factor * sum
  return []
}
