/** What a number field accepts. */
export interface NumberRange {
  min?: number
  max?: number
  exclusiveMin?: boolean
  exclusiveMax?: boolean
  integer?: boolean
  /** Arrow keys multiply: numbers by 2 (10 with Shift), whole numbers with Shift by 2. */
  logarithmic?: boolean
}

/** A sentence about what is wrong with `value`, or null. */
export function rangeProblem(value: number, range: NumberRange): string | null {
  if (!Number.isFinite(value)) return 'Expected a number.'
  if (range.integer && !Number.isInteger(value)) return `Expected a whole number, received ${value}.`
  const { min, max } = range
  if (min !== undefined && (value < min || (range.exclusiveMin && value === min)))
    return `Expected ${range.exclusiveMin ? 'more than' : 'at least'} ${min}, received ${value}.`
  if (max !== undefined && (value > max || (range.exclusiveMax && value === max)))
    return `Expected ${range.exclusiveMax ? 'less than' : 'at most'} ${max}, received ${value}.`
  return null
}

/** Reads what a person typed; a decimal comma is accepted. NaN when it is no number. */
export function parseNumber(text: string): number {
  const trimmed = text.trim().replace(/[\s_]/g, '')
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(trimmed)) return Number.NaN
  return Number(trimmed.replace(',', '.'))
}

/** The value after an arrow key, kept within the range. `direction` is 1 or -1, `large` with Shift. */
export function stepNumber(value: number, direction: 1 | -1, range: NumberRange, large = false): number {
  let next: number
  if (range.logarithmic && value > 0 && (large || !range.integer)) {
    const factor = large && !range.integer ? 10 : 2
    next = direction > 0 ? value * factor : value / factor
    if (range.integer) next = Math.max(1, Math.round(next))
  } else {
    const span = range.max !== undefined && range.min !== undefined ? range.max - range.min : Number.POSITIVE_INFINITY
    const step = range.integer ? 1 : span <= 1 ? 0.05 : span <= 10 ? 0.1 : 1
    next = value + direction * step * (large ? 10 : 1)
  }
  next = Number(next.toPrecision(12))
  if (range.min !== undefined) next = Math.max(range.min, next)
  if (range.max !== undefined) next = Math.min(range.max, next)
  return rangeProblem(next, range) ? value : next
}

/** A number without an exponent, as ARIA attributes want it; undefined for what is no number. */
export function plainDecimal(value: number | undefined): string | undefined {
  if (value === undefined || !Number.isFinite(value)) return undefined
  return value.toLocaleString('en-US', { useGrouping: false, maximumSignificantDigits: 17 })
}
