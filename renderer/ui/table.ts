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
