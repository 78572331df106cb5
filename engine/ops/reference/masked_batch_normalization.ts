import type { ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, featuresOf, operand, sizeOf, tensorOf } from './tensor.ts'

/** Keras' backend epsilon, added to the number of rows. */
const EPSILON = 1e-7

/** Whether element i of x lies in a row that the mask keeps, and how many rows it keeps. */
function masking(x: ReferenceTensor, mask: ReferenceTensor) {
  const width = sizeOf(x.shape) / sizeOf(mask.shape)
  const keeps = (i: number): boolean => at(mask, Math.floor(i / width)) > 0.5
  const channels = featuresOf(x)
  let rows = 0
  for (let i = 0; i < x.data.length; i += channels) if (keeps(i)) rows += 1
  return { keeps, count: rows + EPSILON }
}

function channelSums(x: ReferenceTensor, value: (index: number) => number): ReferenceTensor {
  const channels = featuresOf(x)
  return tensorOf([channels], (c) => {
    let sum = 0
    for (let i = c; i < x.data.length; i += channels) sum += value(i)
    return sum
  })
}

export const maskedBatchNormalization: ReferenceImplementation = (inputs, attributes, [shape]) => {
  const [x, movingMean, movingVariance] = [operand(inputs[0]), operand(inputs[3]), operand(inputs[4])]
  const [gamma, beta] = [inputs[1], inputs[2]]
  const momentum = attributes.momentum as number
  const channels = featuresOf(x)
  const { keeps, count } = masking(x, operand(inputs[5]))
  const over = (sums: ReferenceTensor) => tensorOf([channels], (c) => at(sums, c) / count)
  const mean = over(channelSums(x, (i) => (keeps(i) ? at(x, i) : 0)))
  const variance = over(channelSums(x, (i) => (keeps(i) ? (at(x, i) - at(mean, i % channels)) ** 2 : 0)))
  const inverse = tensorOf([channels], (c) => 1 / Math.sqrt(at(variance, c) + (attributes.epsilon as number)))
  const y = tensorOf(shape as number[], (i) => {
    const c = i % channels
    return (at(x, i) - at(mean, c)) * at(inverse, c) * (gamma ? at(gamma, c) : 1) + (beta ? at(beta, c) : 0)
  })
  const moved = (moving: ReferenceTensor, batch: ReferenceTensor): ReferenceTensor =>
    tensorOf([channels], (c) => momentum * at(moving, c) + (1 - momentum) * at(batch, c))
  return [y, mean, inverse, moved(movingMean, mean), moved(movingVariance, variance)]
}

export const maskedBatchNormalizationGradient: ReferenceImplementation = (inputs, _, [shape]) => {
  const [dy, x, mean, inverse] = [operand(inputs[0]), operand(inputs[1]), operand(inputs[3]), operand(inputs[4])]
  const gamma = inputs[2]
  const channels = featuresOf(x)
  const { keeps, count } = masking(x, operand(inputs[5]))
  const normalized = (i: number): number => (at(x, i) - at(mean, i % channels)) * at(inverse, i % channels)
  const sum = channelSums(x, (i) => at(dy, i))
  const product = channelSums(x, (i) => at(dy, i) * normalized(i))
  const dx = tensorOf(shape as number[], (i) => {
    const c = i % channels
    const through = keeps(i) ? (at(sum, c) + normalized(i) * at(product, c)) / count : 0
    return (gamma ? at(gamma, c) : 1) * at(inverse, c) * (at(dy, i) - through)
  })
  return [dx, product, sum]
}
