/** A numeric transform: y = (x - shift) * scale, its numbers taken from training rows. */
export interface NumericTransform {
  kind: 'numeric'
  id: string
  label: string
  help: string
  /** `values`: present values of the training rows, ascending, at least one. */
  fit(values: Float64Array): { shift: number; scale: number }
}

/** A categorical transform: a category's index becomes `width` model columns. */
export interface CategoricalTransform {
  kind: 'categorical'
  id: string
  label: string
  help: string
  width(categories: readonly string[]): number
  names(column: string, categories: readonly string[]): string[]
  /** Writes the columns of one cell at `offset`; `out` is zero there. */
  write(code: number, out: Float32Array, offset: number): void
}

/** A transform of arrays: y = (x - shift) * scale, the same for every element. */
export interface TensorTransform {
  kind: 'tensor'
  id: string
  label: string
  help: string
  shift: number
  scale: number
}

/** A transform of running text into a row of ids (`tokens.ts`). */
export interface TextTransform {
  kind: 'text'
  id: string
  label: string
  help: string
}

export type Transform = NumericTransform | CategoricalTransform | TensorTransform | TextTransform

/** Linear interpolation between order statistics (NumPy's and scikit-learn's default). `sorted` is ascending and not empty. */
export function quantile(sorted: Float64Array, q: number): number {
  const position = (sorted.length - 1) * q
  const low = Math.floor(position)
  const below = sorted[low]!
  const above = sorted[Math.min(low + 1, sorted.length - 1)]!
  return below + (above - below) * (position - low)
}

/** Mean and population standard deviation (two passes). */
export function moments(values: Float64Array): { mean: number; standardDeviation: number } {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return { mean, standardDeviation: Math.sqrt(squares / values.length) }
}

/** 1 / spread, or 1 where the spread is nothing but rounding (a constant column is shifted, not scaled). */
export function safeScale(spread: number, magnitude: number): number {
  return spread > 10 * Number.EPSILON * Math.max(Math.abs(magnitude), Number.MIN_VALUE) ? 1 / spread : 1
}
