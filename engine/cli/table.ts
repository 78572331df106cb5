export type Cell = string | number | null | undefined
export type TableRow = readonly Cell[]

/** Columns of equal width, two spaces apart; columns of numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly TableRow[]): string {
  const texts = rows.map((row) => header.map((_, column) => formatCell(row[column])))
  const widths = header.map((title, column) => Math.max(title.length, ...texts.map((row) => row[column]!.length)))
  const right = header.map((_, column) => rows.length > 0 && rows.every((row) => isNumeric(row[column])))
  const align = (cells: readonly string[]) =>
    cells
      .map((text, column) => (right[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()
  return [align(header), widths.map((width) => '-'.repeat(width)).join('  '), ...texts.map(align)].join('\n')
}

function isNumeric(cell: Cell): boolean {
  return typeof cell === 'number' || cell === null || cell === undefined
}

function formatCell(cell: Cell): string {
  if (cell === null || cell === undefined) return '-'
  return typeof cell === 'number' ? formatNumber(cell) : cell
}

/** Whole numbers with separators, others with four significant digits. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value)) return groupDigits(value)
  const magnitude = Math.abs(value)
  if (magnitude >= 1e-4 && magnitude < 1e6) return String(Number(value.toPrecision(4)))
  return value.toExponential(3)
}

/** 12345678 -> 12,345,678. */
export function groupDigits(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `3.2 s`, `1 m 12 s`, `2 h 5 m`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toPrecision(2))} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} m`
}

/** `312 B`, `4.2 KiB`, `1.3 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${Number(value.toPrecision(3))} ${units[unit]}`
}
