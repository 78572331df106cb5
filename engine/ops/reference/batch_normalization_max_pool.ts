import type { ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { pooledHalves } from '../windows.ts'
import { batchNormalization, batchNormalizationGradient } from './batch_normalization.ts'
import { maxPool2d, maxPool2dGradient } from './pooling.ts'
import { at, featuresOf, operand, tensorOf } from './tensor.ts'

export const batchNormalizationMaxPool: ReferenceImplementation = (inputs, attributes, [shape, ...rest], context) => {
  const whole = operand(inputs[0]).shape
  const [normalized, ...statistics] = batchNormalization(inputs, attributes, [whole, ...rest], context)
  const [y] = maxPool2d([normalized as ReferenceTensor], pooledHalves, [shape as number[]], context)
  return [y as ReferenceTensor, ...statistics]
}

export const batchNormalizationMaxPoolGradient: ReferenceImplementation = (inputs, attributes, shapes, context) => {
  const [dy, x, mean, inverse] = [operand(inputs[0]), operand(inputs[1]), operand(inputs[4]), operand(inputs[5])]
  const [gamma, beta] = [inputs[2], inputs[3]]
  const channels = featuresOf(x)
  const normalized = tensorOf(x.shape, (i) => {
    const c = i % channels
    const value = (at(x, i) - at(mean, c)) * at(inverse, c) * (gamma ? at(gamma, c) : 1) + (beta ? at(beta, c) : 0)
    return attributes.activation === 'relu' ? Math.max(0, value) : value
  })
  const through = { ...pooledHalves, activation: attributes.activation as string, alpha: 0 }
  const [spread] = maxPool2dGradient([dy, normalized], through, [x.shape], context)
  return batchNormalizationGradient([spread as ReferenceTensor, x, gamma ?? null, mean, inverse], {}, shapes, context)
}
