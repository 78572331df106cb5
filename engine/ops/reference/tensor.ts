import type { ReferenceTensor } from '../op.ts'

/** Elements of a concrete shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}

/** A tensor of zeros. */
export function zeros(shape: readonly number[]): ReferenceTensor {
  return { shape: [...shape], data: new Float64Array(sizeOf(shape)) }
}

/** A tensor of the shape whose element i is `value(i)`. */
export function tensorOf(shape: readonly number[], value: (index: number) => number): ReferenceTensor {
  return { shape: [...shape], data: Float64Array.from({ length: sizeOf(shape) }, (_, index) => value(index)) }
}

/** The last dimension. */
export function featuresOf(tensor: ReferenceTensor): number {
  return tensor.shape.at(-1) ?? 1
}

/** Element i of a tensor. */
export function at(tensor: ReferenceTensor, index: number): number {
  return tensor.data[index] as number
}

/** The operand, which must be there. */
export function operand(tensor: ReferenceTensor | null | undefined): ReferenceTensor {
  if (!tensor) throw new Error('the reference implementation misses an operand')
  return tensor
}
