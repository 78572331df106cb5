/**
 * A tensor shape. A positive dimension is fixed; a negative dimension `-k` stands for `k * N`, N being the number of
 * samples of the batch (so `[-1, 784]` is a batch of vectors and `[-10, 8]` a batch of ten rows a sample, flattened).
 */
export type Shape = readonly number[]

/** The batch dimension N. */
export const BATCH = -1

/** Number of elements at batch size `n`. A scalar (`[]`) has one. */
export function elementCount(shape: Shape, n = 1): number {
  let count = 1
  for (const dimension of shape) count *= dimension < 0 ? -dimension * n : dimension
  return count
}

/** True when the shapes agree in rank and in every dimension. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, index) => dimension === b[index])
}

/** True when the shape depends on the batch size. */
export function isBatched(shape: Shape): boolean {
  return shape.some((dimension) => dimension < 0)
}

/** The shape at batch size `n`, all dimensions positive. */
export function concreteShape(shape: Shape, n: number): number[] {
  return shape.map((dimension) => (dimension < 0 ? -dimension * n : dimension))
}

/** Text as the studio shows it: `N x 28 x 28 x 1`; `scalar` for rank 0. */
export function formatShape(shape: Shape): string {
  if (shape.length === 0) return 'scalar'
  return shape.map((d) => (d === -1 ? 'N' : d < 0 ? `${-d}N` : String(d))).join(' x ')
}
