import type { Attributes, ReferenceImplementation } from '../op.ts'
import { at, operand, sizeOf, zeros } from './tensor.ts'

/** Visits what each element of the long tensor is made of: its position, that of an element of the short one, and its weight. */
function forShares(
  short: readonly number[],
  { axis, factor }: Attributes,
  visit: (long: number, short: number, weight: number) => void,
): void {
  const length = short[axis as number] as number
  const times = factor as number
  const inner = sizeOf(short.slice((axis as number) + 1))
  const outer = sizeOf(short.slice(0, axis as number))
  for (let o = 0; o < outer; o += 1)
    for (let i = 0; i < length * times; i += 1) {
      const position = Math.min(Math.max((i + 0.5) / times - 0.5, 0), length - 1)
      const low = Math.floor(position)
      const high = Math.min(low + 1, length - 1)
      for (let c = 0; c < inner; c += 1) {
        const long = (o * length * times + i) * inner + c
        visit(long, (o * length + low) * inner + c, 1 - (position - low))
        visit(long, (o * length + high) * inner + c, position - low)
      }
    }
}

export const interpolate: ReferenceImplementation = ([input], attributes, [shape]) => {
  const x = operand(input)
  const y = zeros(shape as number[])
  forShares(x.shape, attributes, (long, short, weight) => {
    y.data[long] = at(y, long) + weight * at(x, short)
  })
  return [y]
}

export const interpolateGradient: ReferenceImplementation = ([gradient], attributes, [shape]) => {
  const dy = operand(gradient)
  const dx = zeros(shape as number[])
  forShares(dx.shape, attributes, (long, short, weight) => {
    dx.data[short] = at(dx, short) + weight * at(dy, long)
  })
  return [dx]
}
