import type { ReferenceImplementation } from '../op.ts'
import { at, operand, sizeOf, tensorOf, zeros } from './tensor.ts'

/** Where element `index` of `whole` lies in `part`, whose axes are those of `whole` or 1. */
function placeIn(part: readonly number[], whole: readonly number[], index: number): number {
  let rest = index
  let place = 0
  let stride = 1
  for (let axis = whole.length - 1; axis >= 0; axis -= 1) {
    const size = whole[axis] as number
    const own = part[axis] as number
    place += own === 1 ? 0 : (rest % size) * stride
    stride *= own
    rest = Math.floor(rest / size)
  }
  return place
}

export const broadcast: ReferenceImplementation = ([input], _, [shape]) => {
  const x = operand(input)
  const whole = shape as number[]
  return [tensorOf(whole, (index) => at(x, placeIn(x.shape, whole, index)))]
}

export const reduceSum: ReferenceImplementation = ([input], _, [shape]) => {
  const x = operand(input)
  const y = zeros(shape as number[])
  for (let index = 0; index < x.data.length; index += 1) {
    const place = placeIn(y.shape, x.shape, index)
    y.data[place] = at(y, place) + at(x, index)
  }
  return [y]
}

export const reduceMax: ReferenceImplementation = ([input], _, [shape]) => {
  const x = operand(input)
  const y = tensorOf(shape as number[], () => Number.NEGATIVE_INFINITY)
  for (let index = 0; index < x.data.length; index += 1) {
    const place = placeIn(y.shape, x.shape, index)
    y.data[place] = Math.max(at(y, place), at(x, index))
  }
  return [y]
}

export const reduceMaxGradient: ReferenceImplementation = ([gradient, input, largest]) => {
  const [dy, x, y] = [operand(gradient), operand(input), operand(largest)]
  const places = Array.from(x.data, (_, index) => placeIn(y.shape, x.shape, index))
  const counts = new Float64Array(sizeOf(y.shape))
  for (const [index, place] of places.entries()) if (at(x, index) === at(y, place)) counts[place]! += 1
  return [
    tensorOf(x.shape, (index) => {
      const place = places[index] as number
      return at(x, index) === at(y, place) ? at(dy, place) / (counts[place] as number) : 0
    }),
  ]
}
