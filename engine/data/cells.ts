const point = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/
const comma = /^[-+]?(?:\d+,?\d*|,\d+)(?:[eE][-+]?\d+)?$/
const notFinite = /^[-+]?(?:inf|infinity|nan|1\.#inf|1\.#ind)$/i

/**
 * The cells that mean "missing" unless the user says otherwise; the empty cell always does. `NaN` is none of them: among numbers it
 * is more often the trace of a failed calculation than of a value that was never taken.
 */
export const defaultMissingMarkers: readonly string[] = ['NA', 'N/A', 'null', 'NULL', '?', '-']

/** True for `NaN` in any spelling. */
export function isNotANumber(cell: string): boolean {
  return /^[-+]?nan$/i.test(cell)
}

/** What a cell of text holds: a finite number, one that is infinite or not a number, or a text. */
export type CellKind = 'number' | 'not-finite' | 'text'

/** The number a trimmed cell stands for; NaN when it is no number. `1e999` gives Infinity. */
export function parseNumber(cell: string, decimalComma: boolean): number {
  if (decimalComma) return comma.test(cell) ? Number(cell.replace(',', '.')) : Number.NaN
  return point.test(cell) ? Number(cell) : Number.NaN
}

export function cellKind(cell: string, decimalComma: boolean): CellKind {
  if (notFinite.test(cell)) return 'not-finite'
  const value = parseNumber(cell, decimalComma)
  if (Number.isNaN(value)) return 'text'
  return Number.isFinite(value) ? 'number' : 'not-finite'
}

/** The test for "missing" of one column: the empty cell, the file's markers and the column's own. */
export function missingTest(markers: readonly string[], own: readonly string[] = []): (cell: string) => boolean {
  const set = new Set(['', ...markers, ...own])
  return (cell) => set.has(cell)
}

/** Labels in the order people expect: by value when all are numbers, else alphabetically by code point. */
export function sortLabels(labels: Iterable<string>, decimalComma = false): string[] {
  const items = [...labels]
  const values = new Map(items.map((label) => [label, parseNumber(label, decimalComma)]))
  if ([...values.values()].every((value) => Number.isFinite(value)))
    return items.sort((a, b) => values.get(a)! - values.get(b)! || (a < b ? -1 : 1))
  return items.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}
