import { philox4x32 } from '../../base/rng.ts'
import type { ReferenceImplementation } from '../op.ts'
import { at, operand, tensorOf, zeros } from './tensor.ts'

/** Position of the slope of element i; axes of size 1 are shared. */
function slopeAt(shape: readonly number[], slope: readonly number[], element: number): number {
  let rest = element
  let position = 0
  let stride = 1
  for (let axis = slope.length - 1; axis >= 0; axis -= 1) {
    const size = shape[axis + 1] as number
    position += (slope[axis] === 1 ? 0 : rest % size) * stride
    stride *= slope[axis] as number
    rest = Math.floor(rest / size)
  }
  return position
}

export const prelu: ReferenceImplementation = ([input, slopes], _, [shape]) => {
  const x = operand(input)
  const slope = operand(slopes)
  const factor = (i: number) => (at(x, i) > 0 ? 1 : at(slope, slopeAt(x.shape, slope.shape, i)))
  return [tensorOf(shape as number[], (i) => factor(i) * at(x, i))]
}

export const preluGradient: ReferenceImplementation = ([gradient, input, slopes], _, [shape, slopeShape]) => {
  const dy = operand(gradient)
  const x = operand(input)
  const slope = operand(slopes)
  const own = (i: number) => slopeAt(x.shape, slope.shape, i)
  const dslope = zeros(slopeShape as number[])
  for (let i = 0; i < x.data.length; i += 1)
    if (at(x, i) <= 0) dslope.data[own(i)] = at(dslope, own(i)) + at(dy, i) * at(x, i)
  return [tensorOf(shape as number[], (i) => at(dy, i) * (at(x, i) > 0 ? 1 : at(slope, own(i)))), dslope]
}

export const dropout: ReferenceImplementation = ([input], attributes, [shape], { seed, iteration }) => {
  const x = operand(input)
  const rate = attributes.rate as number
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const
  const mask = tensorOf(shape as number[], (i) => {
    const words = philox4x32([Math.floor(i / 4), iteration, attributes.stream as number, 0], key)
    const uniform = ((words[i % 4] as number) >>> 8) / 2 ** 24
    return uniform >= rate ? 1 / (1 - rate) : 0
  })
  return [tensorOf(shape as number[], (i) => at(x, i) * at(mask, i)), mask]
}

export const add: ReferenceImplementation = (terms, _, [shape]) => [
  tensorOf(shape as number[], (i) => terms.reduce((sum, term) => sum + at(operand(term), i), 0)),
]

export const subtract: ReferenceImplementation = ([a, b], _, [shape]) => [
  tensorOf(shape as number[], (i) => at(operand(a), i) - at(operand(b), i)),
]

export const multiply: ReferenceImplementation = ([a, b], _, [shape]) => [
  tensorOf(shape as number[], (i) => at(operand(a), i) * at(operand(b), i)),
]

export const scale: ReferenceImplementation = ([x], attributes, [shape]) => [
  tensorOf(shape as number[], (i) => (attributes.factor as number) * at(operand(x), i)),
]

export const fill: ReferenceImplementation = (_, attributes, [shape]) => [
  tensorOf(shape as number[], () => attributes.value as number),
]
