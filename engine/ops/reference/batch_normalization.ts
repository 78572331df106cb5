import type { ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { activate } from './activation.ts'
import { at, featuresOf, operand, tensorOf } from './tensor.ts'

/** The mean over rows of `value(i)` for each channel. */
function channelMeans(x: ReferenceTensor, value: (index: number) => number): ReferenceTensor {
  const channels = featuresOf(x)
  const rows = x.data.length / channels
  return tensorOf([channels], (c) => {
    let sum = 0
    for (let row = 0; row < rows; row += 1) sum += value(row * channels + c)
    return sum / rows
  })
}

export const batchNormalization: ReferenceImplementation = (inputs, attributes, [shape]) => {
  const [x, movingMean, movingVariance] = [operand(inputs[0]), operand(inputs[3]), operand(inputs[4])]
  const [gamma, beta] = [inputs[1], inputs[2]]
  const momentum = attributes.momentum as number
  const channels = featuresOf(x)
  const mean = channelMeans(x, (i) => at(x, i))
  const variance = channelMeans(x, (i) => (at(x, i) - at(mean, i % channels)) ** 2)
  const inverse = tensorOf([channels], (c) => 1 / Math.sqrt(at(variance, c) + (attributes.epsilon as number)))
  const y = tensorOf(shape as number[], (i) => {
    const c = i % channels
    const normalized = (at(x, i) - at(mean, c)) * at(inverse, c)
    const value = normalized * (gamma ? at(gamma, c) : 1) + (beta ? at(beta, c) : 0)
    return activate(attributes.activation as string, value, 0)
  })
  const moved = (moving: ReferenceTensor, batch: ReferenceTensor): ReferenceTensor =>
    tensorOf([channels], (c) => momentum * at(moving, c) + (1 - momentum) * at(batch, c))
  return [y, mean, inverse, moved(movingMean, mean), moved(movingVariance, variance)]
}

export const batchNormalizationGradient: ReferenceImplementation = (inputs, _, [shape]) => {
  const [dy, x, mean, inverse] = [operand(inputs[0]), operand(inputs[1]), operand(inputs[3]), operand(inputs[4])]
  const gamma = inputs[2]
  const channels = featuresOf(x)
  const rows = x.data.length / channels
  const normalized = (i: number): number => (at(x, i) - at(mean, i % channels)) * at(inverse, i % channels)
  const meanGradient = channelMeans(x, (i) => at(dy, i))
  const meanProduct = channelMeans(x, (i) => at(dy, i) * normalized(i))
  const dx = tensorOf(shape as number[], (i) => {
    const c = i % channels
    const centred = at(dy, i) - at(meanGradient, c) - normalized(i) * at(meanProduct, c)
    return (gamma ? at(gamma, c) : 1) * at(inverse, c) * centred
  })
  const total = (means: ReferenceTensor): ReferenceTensor => tensorOf([channels], (c) => at(means, c) * rows)
  return [dx, total(meanProduct), total(meanGradient)]
}

export const batchNormalizationInference: ReferenceImplementation = (inputs, attributes, [shape]) => {
  const [x, mean, variance] = [operand(inputs[0]), operand(inputs[3]), operand(inputs[4])]
  const [gamma, beta] = [inputs[1], inputs[2]]
  const channels = featuresOf(x)
  return [
    tensorOf(shape as number[], (i) => {
      const c = i % channels
      const normalized = (at(x, i) - at(mean, c)) / Math.sqrt(at(variance, c) + (attributes.epsilon as number))
      return normalized * (gamma ? at(gamma, c) : 1) + (beta ? at(beta, c) : 0)
    }),
  ]
}
