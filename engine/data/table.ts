import { elementCount } from '../base/shape.ts'
import { cellKind, missingTest, parseNumber, sortLabels } from './cells.ts'
import type { ColumnSettings, CsvOptions, Table, TableColumn, TensorColumn } from './dataset.ts'
import { dataError, quoteCell, someOf } from './errors.ts'
import { isCells, type RawColumn, type RawTable } from './readers/reader.ts'

/** A cell that a numeric column cannot hold. */
export interface BadCell {
  line: number
  text: string
}

/** The cells of a column that are neither numbers nor missing. */
export function badCells(
  cells: readonly string[],
  lines: ArrayLike<number>,
  isMissing: (cell: string) => boolean,
  decimalComma: boolean,
): { texts: BadCell[]; notFinite: BadCell[] } {
  const texts: BadCell[] = []
  const notFinite: BadCell[] = []
  for (const [row, text] of cells.entries()) {
    if (isMissing(text)) continue
    const kind = cellKind(text, decimalComma)
    if (kind === 'text') texts.push({ line: lines[row]!, text })
    else if (kind === 'not-finite') notFinite.push({ line: lines[row]!, text })
  }
  return { texts, notFinite }
}

/** The error for texts or infinities in a numeric column. */
export function badCellError(
  code: 'text-in-numeric-column' | 'not-finite',
  column: string,
  cells: readonly BadCell[],
  fileName: string,
  others: readonly string[] = [],
): Error {
  const isText = code === 'text-in-numeric-column'
  const markers = [...new Set(cells.map((cell) => cell.text))]
  const count = cells.length === 1 ? 'cell is' : 'cells are'
  const noun = `${count} ${isText ? 'text' : 'infinite or not a number'}`
  const also = others.length > 0 ? ` The same holds for ${someOf(others.map(quoteCell))}.` : ''
  return dataError(code, `${cells.length} ${noun} in the numeric column ${quoteCell(column)}.${also}`, {
    where: `${fileName}, column ${quoteCell(column)}, line ${someOf(cells.map((cell) => cell.line))}`,
    expected: 'finite numbers or missing cells',
    received: someOf(markers.map(quoteCell)),
    fix: isText
      ? 'Correct the cells, empty them to treat them as missing, or make the column categorical.'
      : 'Correct the cells, or empty them to treat them as missing.',
    data: {
      column,
      columns: [column, ...others],
      cells: cells.slice(0, 20).map(({ line, text }) => ({ line, text })),
      count: cells.length,
      markers: markers.slice(0, 20),
    },
  })
}

/** One column as the settings say. Throws `data.text-in-numeric-column`, `data.not-finite`, `data.shape-differs`, `data.type-mismatch`. */
export function toColumn(
  settings: ColumnSettings,
  cells: RawColumn,
  lines: ArrayLike<number>,
  csv: CsvOptions,
  fileName: string,
): TableColumn {
  if (!isCells(cells) || settings.type === 'tensor') return toTensor(settings, cells, fileName)
  const isMissing = missingTest(csv.missingMarkers, settings.missingMarkers)
  if (settings.type === 'categorical') return toCategorical(settings, cells, isMissing, csv.decimalComma)
  if (settings.type === 'text')
    return { name: settings.name, type: 'text', texts: cells.map((cell) => (isMissing(cell) ? null : cell)) }
  const values = new Float64Array(cells.length)
  let broken = false
  for (let row = 0; row < values.length; row += 1) {
    const cell = cells[row]!
    const value = isMissing(cell) ? Number.NaN : parseNumber(cell, csv.decimalComma)
    values[row] = value
    if (!Number.isFinite(value) && !isMissing(cell)) broken = true
  }
  if (broken) {
    const { texts, notFinite } = badCells(cells, lines, isMissing, csv.decimalComma)
    if (texts.length > 0) throw badCellError('text-in-numeric-column', settings.name, texts, fileName)
    throw badCellError('not-finite', settings.name, notFinite, fileName)
  }
  return { name: settings.name, type: 'numeric', values }
}

function toTensor({ name, type, shape }: ColumnSettings, column: RawColumn, fileName: string): TableColumn {
  const where = `${fileName}, column ${quoteCell(name)}`
  if (isCells(column) || type !== 'tensor')
    throw dataError('type-mismatch', `${quoteCell(name)} ${isCells(column) ? 'holds no arrays' : 'holds arrays'}.`, {
      where,
      expected: `a ${type} column`,
      received: isCells(column) ? 'cells of text' : `arrays of ${column.shape.join(' x ')}`,
      fix: isCells(column)
        ? 'Choose a file of the kind the data came from.'
        : 'Leave the type of this column at tensor.',
    })
  if (shape && String(shape) !== String(column.shape))
    throw dataError('shape-differs', `${quoteCell(name)} holds arrays of another shape.`, {
      where,
      expected: shape.join(' x '),
      received: column.shape.join(' x '),
      fix: 'Bring the images to the size of those the data set was made from.',
    })
  return { name, type: 'tensor', shape: column.shape, data: column.data }
}

/** Labels begin with the declared categories, in their order; labels that are not declared follow. */
function toCategorical(
  settings: ColumnSettings,
  cells: readonly string[],
  isMissing: (cell: string) => boolean,
  decimalComma: boolean,
): TableColumn {
  const labels = settings.categories
    ? [...settings.categories]
    : sortLabels(new Set(cells.filter((cell) => !isMissing(cell))), decimalComma)
  const known = new Map(labels.map((label, index) => [label, index]))
  const codes = new Int32Array(cells.length)
  for (let row = 0; row < codes.length; row += 1) {
    const cell = cells[row]!
    if (isMissing(cell)) {
      codes[row] = -1
      continue
    }
    let code = known.get(cell)
    if (code === undefined) {
      code = labels.length
      labels.push(cell)
      known.set(cell, code)
    }
    codes[row] = code
  }
  return { name: settings.name, type: 'categorical', labels, codes }
}

/** The table of all described columns. Columns are found by name, or by position where the file has no header. */
export function toTable(raw: RawTable, columns: readonly ColumnSettings[], csv: CsvOptions, fileName: string): Table {
  const find = (settings: ColumnSettings, index: number) =>
    raw.columns[raw.header ? raw.names.indexOf(settings.name) : index]
  const missing = columns.filter((settings, index) => !find(settings, index)).map((settings) => settings.name)
  if (missing.length > 0) throw missingColumns(missing, raw, fileName)
  return {
    rowCount: raw.lines.length,
    columns: columns.map((settings, index) => toColumn(settings, find(settings, index)!, raw.lines, csv, fileName)),
  }
}

function missingColumns(missing: readonly string[], raw: RawTable, fileName: string): Error {
  return dataError(
    'missing-column',
    `${fileName} lacks ${missing.length === 1 ? 'a column' : `${missing.length} columns`}.`,
    {
      where: fileName,
      expected: someOf(missing.map(quoteCell)),
      received: someOf(raw.names.map(quoteCell), 12),
      fix: 'Add the columns to the file, with exactly these names in its header.',
      data: { missing: missing.slice(0, 50) },
    },
  )
}

/** The column of that name. Throws `data.missing-column`. */
export function columnOf(table: Table, name: string): TableColumn {
  const column = table.columns.find((candidate) => candidate.name === name)
  if (column) return column
  throw dataError('missing-column', `The table has no column ${quoteCell(name)}.`, {
    where: 'table',
    expected: quoteCell(name),
    received: someOf(
      table.columns.map((candidate) => quoteCell(candidate.name)),
      12,
    ),
    fix: 'Choose an existing column, or import the data again.',
  })
}

/** Class index of each row (-1 = missing) for a categorical column; undefined for a numeric one. */
export function codesOf(table: Table, name: string): Int32Array | undefined {
  const column = columnOf(table, name)
  return column.type === 'categorical' ? column.codes : undefined
}

/** One number for each distinct value of a column of any type, for grouped folds. Missing cells form a group of their own. */
export function groupCodes(table: Table, name: string): Int32Array {
  const column = columnOf(table, name)
  const known = new Map<number | string | null, number>()
  return Int32Array.from({ length: table.rowCount }, (_, row) => {
    const value = cellKey(column, row)
    const code = known.get(value) ?? known.size
    known.set(value, code)
    return code
  })
}

/** The same for equal cells, and (but for a chance of one in 2^53 with arrays) different for different ones. */
export function cellKey(column: TableColumn, row: number): number | string | null {
  switch (column.type) {
    case 'numeric':
      return column.values[row]!
    case 'categorical':
      return column.codes[row]!
    case 'text':
      return column.texts[row]!
    case 'tensor':
      return hashOf(cellOf(column, row))
  }
}

/** The elements of one array, without a copy. */
export function cellOf({ shape, data }: TensorColumn, row: number): Uint8Array | Float32Array {
  const size = elementCount(shape)
  return data.subarray(row * size, (row + 1) * size)
}

/** Two 32-bit hashes in the manner of FNV-1a, a word or a byte at a time; 53 bits of them. */
function hashOf(cell: Uint8Array | Float32Array): number {
  const { buffer, byteOffset, byteLength } = cell
  const isAligned = byteOffset % 4 === 0 && byteLength % 4 === 0
  const words = isAligned
    ? new Uint32Array(buffer, byteOffset, byteLength / 4)
    : new Uint8Array(buffer, byteOffset, byteLength)
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]!
    low = Math.imul(low ^ word ^ (low >>> 15), 0x01000193)
    high = Math.imul(high ^ word ^ (high >>> 13), 0x5bd1e995)
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}

/** The column with these rows only, in this order. */
export function pickRows(column: TableColumn, rows: Int32Array): TableColumn {
  switch (column.type) {
    case 'numeric':
      return { ...column, values: Float64Array.from(rows, (row) => column.values[row]!) }
    case 'categorical':
      return { ...column, codes: Int32Array.from(rows, (row) => column.codes[row]!) }
    case 'text':
      return { ...column, texts: Array.from(rows, (row) => column.texts[row]!) }
    case 'tensor': {
      const size = elementCount(column.shape)
      const data =
        column.data instanceof Uint8Array ? new Uint8Array(rows.length * size) : new Float32Array(rows.length * size)
      for (const [place, row] of rows.entries()) data.set(cellOf(column, row), place * size)
      return { ...column, data }
    }
  }
}

/** True when a cell holds nothing. */
export function isMissingCell(column: TableColumn, row: number): boolean {
  switch (column.type) {
    case 'numeric':
      return Number.isNaN(column.values[row]!)
    case 'categorical':
      return column.codes[row]! < 0
    case 'text':
      return column.texts[row] === null
    case 'tensor':
      return false
  }
}

/** Cells as text in source units; null = missing. */
export function rowsOf(table: Table, from: number, count: number): (string | null)[][] {
  const end = Math.min(table.rowCount, from + count)
  const rows: (string | null)[][] = []
  for (let row = Math.max(0, from); row < end; row += 1) rows.push(table.columns.map((column) => cellText(column, row)))
  return rows
}

/** One cell as text in source units; null = missing. Of an array its shape. */
export function cellText(column: TableColumn, row: number): string | null {
  if (column.type === 'categorical') return column.labels[column.codes[row]!] ?? null
  if (column.type === 'text') return column.texts[row] ?? null
  if (column.type === 'tensor') return column.shape.join(' x ')
  const value = column.values[row]!
  return Number.isNaN(value) ? null : String(value)
}

/** CSV (comma, line feed, RFC 4180 quotes) with a header. Missing cells are empty; numbers keep all their digits. */
export function tableToCsv(table: Table): string {
  return cellsToCsv(
    table.columns.map((column) => column.name),
    table.rowCount,
    (column, row) => cellText(table.columns[column]!, row) ?? '',
  )
}

/** The same from any source of cells. */
export function cellsToCsv(
  names: readonly string[],
  rowCount: number,
  cell: (column: number, row: number) => string,
): string {
  const quoted = (text: string) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const lines = [names.map(quoted).join(',')]
  for (let row = 0; row < rowCount; row += 1) lines.push(names.map((_, column) => quoted(cell(column, row))).join(','))
  return `${lines.join('\n')}\n`
}
