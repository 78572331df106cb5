import type { ReferenceImplementation } from '../op.ts'
import { at, featuresOf, operand, sizeOf, tensorOf, zeros } from './tensor.ts'

export const scaleChannels: ReferenceImplementation = ([input, factorInput], _, [shape]) => {
  const x = operand(input)
  const factor = operand(factorInput)
  const channels = featuresOf(factor)
  const size = sizeOf(x.shape.slice(1))
  return [tensorOf(shape as number[], (i) => at(x, i) * at(factor, Math.floor(i / size) * channels + (i % channels)))]
}

export const scaleChannelsFactorGradient: ReferenceImplementation = ([gradient, input], _, [shape]) => {
  const dy = operand(gradient)
  const x = operand(input)
  const sums = zeros(shape as number[])
  const channels = featuresOf(sums)
  const size = sizeOf(x.shape.slice(1))
  for (let i = 0; i < x.data.length; i += 1) {
    const to = Math.floor(i / size) * channels + (i % channels)
    sums.data[to] = at(sums, to) + at(dy, i) * at(x, i)
  }
  return [sums]
}
