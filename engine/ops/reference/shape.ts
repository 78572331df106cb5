import type { ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, operand, sizeOf, tensorOf, zeros } from './tensor.ts'

/** Visits each element of `part` as it lies in `whole`, `begin` along the axis: positions in the part and in the whole. */
function forPart(
  part: readonly number[],
  whole: readonly number[],
  axis: number,
  begin: number,
  visit: (inPart: number, inWhole: number) => void,
): void {
  const inner = sizeOf(part.slice(axis + 1))
  const size = part[axis] as number
  for (let i = 0; i < sizeOf(part); i += 1) {
    const outer = Math.floor(i / (inner * size))
    const along = Math.floor(i / inner) % size
    visit(i, (outer * (whole[axis] as number) + begin + along) * inner + (i % inner))
  }
}

export const concatenate: ReferenceImplementation = (parts, attributes, [shape]) => {
  const axis = attributes.axis as number
  const whole = zeros(shape as number[])
  let begin = 0
  for (const input of parts) {
    const part = operand(input)
    forPart(part.shape, whole.shape, axis, begin, (from, to) => {
      whole.data[to] = at(part, from)
    })
    begin += part.shape[axis] as number
  }
  return [whole]
}

export const slice: ReferenceImplementation = ([input], attributes, [shape]) => {
  const whole = operand(input)
  const part = zeros(shape as number[])
  forPart(part.shape, whole.shape, attributes.axis as number, attributes.begin as number, (to, from) => {
    part.data[to] = at(whole, from)
  })
  return [part]
}

export const padSlice: ReferenceImplementation = ([input], attributes, [shape]): ReferenceTensor[] => {
  const part = operand(input)
  const whole = zeros(shape as number[])
  forPart(part.shape, whole.shape, attributes.axis as number, attributes.begin as number, (from, to) => {
    whole.data[to] = at(part, from)
  })
  return [whole]
}

export const reshape: ReferenceImplementation = ([x], _, [shape]) => [
  tensorOf(shape as number[], (i) => at(operand(x), i)),
]
