import type { ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, featuresOf, operand, sizeOf, tensorOf, zeros } from './tensor.ts'

/** Whether element i of a mask marks what counts; all counts without a mask. */
const counts = (mask: ReferenceTensor | null | undefined, index: number): boolean => !mask || at(mask, index) > 0.5

export const anyNotEqual: ReferenceImplementation = ([input], attributes, [shape]) => {
  const x = operand(input)
  const columns = featuresOf(x)
  return [
    tensorOf(shape as number[], (row) => {
      for (let c = 0; c < columns; c += 1) if (at(x, row * columns + c) !== attributes.value) return 1
      return 0
    }),
  ]
}

export const applyMask: ReferenceImplementation = ([input, mask]) => {
  const x = operand(input)
  const inner = sizeOf(x.shape) / sizeOf(operand(mask).shape)
  return [tensorOf(x.shape, (i) => (counts(mask, Math.floor(i / inner)) ? at(x, i) : 0))]
}

export const maskedMean: ReferenceImplementation = ([input, mask], _, [shape]) => {
  const x = operand(input)
  const [samples, steps, columns] = x.shape as [number, number, number]
  const y = zeros(shape as number[])
  for (let n = 0; n < samples; n += 1) {
    const kept = Array.from({ length: steps }, (_step, t) => n * steps + t).filter((row) => counts(mask, row))
    for (const row of kept)
      for (let c = 0; c < columns; c += 1)
        y.data[n * columns + c] = at(y, n * columns + c) + at(x, row * columns + c) / kept.length
  }
  return [y]
}

export const maskedMeanGradient: ReferenceImplementation = ([gradient, mask], _, [shape]) => {
  const dy = operand(gradient)
  const [, steps, columns] = shape as [number, number, number]
  return [
    tensorOf(shape as number[], (i) => {
      const row = Math.floor(i / columns)
      const n = Math.floor(row / steps)
      let kept = 0
      for (let t = 0; t < steps; t += 1) kept += counts(mask, n * steps + t) ? 1 : 0
      return counts(mask, row) ? at(dy, n * columns + (i % columns)) / kept : 0
    }),
  ]
}
