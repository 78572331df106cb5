import type { ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, featuresOf, operand, sizeOf, tensorOf, zeros } from './tensor.ts'

/** The position among [N, groups] of element i of x. */
function groupOf(x: ReferenceTensor, groups: number): (i: number) => number {
  const channels = featuresOf(x)
  const size = sizeOf(x.shape.slice(1))
  return (i) => Math.floor(i / size) * groups + Math.floor((i % channels) / (channels / groups))
}

/** Means of value(i) over each group. */
function groupMeans(x: ReferenceTensor, groups: number, value: (i: number) => number): ReferenceTensor {
  const sums = zeros([x.shape[0] as number, groups])
  const own = groupOf(x, groups)
  const count = sizeOf(x.shape.slice(1)) / groups
  for (let i = 0; i < x.data.length; i += 1) sums.data[own(i)] = at(sums, own(i)) + value(i) / count
  return sums
}

export const groupNormalization: ReferenceImplementation = ([input, gamma, beta], attributes, [shape]) => {
  const x = operand(input)
  const groups = attributes.groups as number
  const own = groupOf(x, groups)
  const channels = featuresOf(x)
  const mean = groupMeans(x, groups, (i) => at(x, i))
  const variance = groupMeans(x, groups, (i) => (at(x, i) - at(mean, own(i))) ** 2)
  const inverse = tensorOf(mean.shape, (i) => 1 / Math.sqrt(at(variance, i) + (attributes.epsilon as number)))
  const y = tensorOf(shape as number[], (i) => {
    const normalized = (at(x, i) - at(mean, own(i))) * at(inverse, own(i))
    return normalized * (gamma ? at(gamma, i % channels) : 1) + (beta ? at(beta, i % channels) : 0)
  })
  return [y, mean, inverse]
}

export const groupNormalizationGradient: ReferenceImplementation = (inputs, attributes, [shape, vector]) => {
  const [dy, x, mean, inverse] = [operand(inputs[0]), operand(inputs[1]), operand(inputs[3]), operand(inputs[4])]
  const gamma = inputs[2]
  const groups = attributes.groups as number
  const own = groupOf(x, groups)
  const channels = featuresOf(x)
  const normalized = (i: number): number => (at(x, i) - at(mean, own(i))) * at(inverse, own(i))
  const scaled = (i: number): number => at(dy, i) * (gamma ? at(gamma, i % channels) : 1)
  const means = groupMeans(x, groups, scaled)
  const products = groupMeans(x, groups, (i) => scaled(i) * normalized(i))
  const dx = tensorOf(
    shape as number[],
    (i) => at(inverse, own(i)) * (scaled(i) - at(means, own(i)) - normalized(i) * at(products, own(i))),
  )
  const [dgamma, dbeta] = [zeros(vector as number[]), zeros(vector as number[])]
  for (let i = 0; i < x.data.length; i += 1) {
    dgamma.data[i % channels] = at(dgamma, i % channels) + at(dy, i) * normalized(i)
    dbeta.data[i % channels] = at(dbeta, i % channels) + at(dy, i)
  }
  return [dx, dgamma, dbeta]
}
