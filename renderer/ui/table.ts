/** A column of UiTable. */
export interface TableColumn<Row> {
  id: string
  label: string
  /** Shown as a tooltip of the heading. */
  help?: string
  /** Text of the cell; a slot `cell-<id>` replaces it. */
  text?(row: Row): string
  /** What sorting compares; without it the column cannot be sorted. Missing values come last in both directions. */
  sort?(row: Row): number | string | null | undefined
  /** Figures stand right. */
  numeric?: boolean
  /** CSS width: `120px`, `minmax(120px, 1fr)`. */
  width?: string
  mono?: boolean
  /** Left out where the table is too narrow for all of its columns; those with the lowest number go first. */
  yields?: number
}

const LEAST_WIDTH = 80

/** The fewest pixels that a column takes. */
function leastWidth({ width }: { width?: string }): number {
  return Number(/(\d+)px/.exec(width ?? '')?.[1] ?? LEAST_WIDTH)
}

/** The fewest pixels that columns take beside each other. */
export function leastWidthOf<Row>(columns: readonly TableColumn<Row>[]): number {
  return columns.reduce((sum, column) => sum + leastWidth(column), 0)
}

/** The columns that have room in so many pixels, in order; all of them where that is not known (0). */
export function fittingColumns<Row>(columns: readonly TableColumn<Row>[], width: number): readonly TableColumn<Row>[] {
  const kept = new Set(columns)
  let taken = leastWidthOf(columns)
  const yielding = columns.filter((column) => column.yields !== undefined).sort((a, b) => a.yields! - b.yields!)
  for (const column of yielding) {
    if (width === 0 || taken <= width) break
    kept.delete(column)
    taken -= leastWidth(column)
  }
  return columns.filter((column) => kept.has(column))
}

export interface TableSort {
  column: string
  direction: 'ascending' | 'descending'
}

/** The rows in order; equal rows keep theirs. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly TableColumn<Row>[],
  sort: TableSort | null,
): readonly Row[] {
  const value = columns.find((column) => column.id === sort?.column)?.sort
  if (!sort || !value) return rows
  const sign = sort.direction === 'ascending' ? 1 : -1
  const missing = (key: unknown) => key === null || key === undefined || Number.isNaN(key)
  return rows
    .map((row) => ({ row, key: value(row) }))
    .sort((a, b) => {
      if (missing(a.key) || missing(b.key)) return Number(missing(a.key)) - Number(missing(b.key))
      if (typeof a.key === 'number' && typeof b.key === 'number') return sign * (a.key - b.key)
      return sign * String(a.key).localeCompare(String(b.key), 'en', { numeric: true })
    })
    .map(({ row }) => row)
}

/** The sort after a click on a heading: ascending, descending, then the order the rows came in. */
export function nextSort(sort: TableSort | null, column: string): TableSort | null {
  if (sort?.column !== column) return { column, direction: 'ascending' }
  return sort.direction === 'ascending' ? { column, direction: 'descending' } : null
}
