import Papa from 'papaparse'
import { cellKind } from '../cells.ts'
import type { CsvOptions } from '../dataset.ts'
import { dataError, quoteCell, someOf } from '../errors.ts'
import type { RawTable, Reader } from './reader.ts'
import { decodeText, lineTooLong, maxLineBytes } from './text.ts'

const delimiters = [',', ';', '\t', '|'] as const
/** What some programs write and Lamina reads only when it is named, because texts and times contain it. */
const unusualDelimiters = [' ', ':', '^', '~'] as const
const delimiterNames: Record<string, string> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
  ' ': 'space',
  ':': 'colon',
}
const previewRows = 60
const maxColumns = 65536

/** Delimited text (RFC 4180 with any one-character delimiter), plain or gzipped. */
export const csvReader: Reader = {
  id: 'csv',
  label: 'Delimited text (CSV, TSV)',
  extensions: ['.csv', '.tsv', '.tab', '.txt', '.csv.gz', '.tsv.gz'],
  sniff: (_bytes, fileName) => (/\.(csv|tsv|tab|txt)(\.gz)?$/i.test(fileName) ? 1 : 0.2),
  read: readCsv,
}

function readCsv(bytes: Uint8Array, fileName: string, options: CsvOptions): RawTable {
  const text = decodeText(bytes, fileName, options.encoding)
  const delimiter = options.delimiter ?? detectDelimiter(text)
  if (options.delimiter !== null) refuseWrongDelimiter(text, options.delimiter, fileName)
  else if (preview(text, delimiter).width < 2) refuseUnusualDelimiter(text, fileName)
  const { rows, lines } = parse(text, delimiter, fileName)
  const header = options.header ?? detectHeader(rows, options)
  const first = rows[0] as string[]
  const width = header ? first.length : usualWidth(rows)
  if (width > maxColumns)
    throw dataError('too-many-columns', `${fileName} has more columns than Lamina reads.`, {
      where: `${fileName}, line ${lines[0]}`,
      expected: `at most ${maxColumns} columns`,
      received: `${width} columns`,
      fix: 'Check that rows are lines and columns are separated by the delimiter; transpose the table if needed.',
    })
  refuseRaggedRows(rows, lines, width, delimiter, fileName)
  const names = header ? headerNames(first, fileName, lines[0]!) : first.map((_, index) => `column_${index + 1}`)
  const start = header ? 1 : 0
  if (rows.length === start)
    throw dataError('no-rows', `${fileName} has a header but no rows.`, {
      where: fileName,
      expected: 'at least one row of data below the header',
      received: `only the header ${quoteCell(names.join(delimiter))}`,
      fix: 'Check the export of the file, or say in the reading options that the file has no header.',
    })
  const count = rows.length - start
  const columns = names.map((_, column) => {
    const cells = new Array<string>(count)
    for (let row = 0; row < count; row += 1) cells[row] = rows[row + start]![column]!.trim()
    return cells
  })
  return { names, header, delimiter, columns, lines: lines.slice(start) }
}

/** Rows that are not blank, with the line each begins on. */
function parse(text: string, delimiter: string, fileName: string): { rows: string[][]; lines: number[] } {
  const rows: string[][] = []
  const lines: number[] = []
  const lineFeed = text.includes('\n') ? '\n' : '\r'
  let line = 1
  let seen = 0
  let next = text.indexOf(lineFeed)
  Papa.parse<string[]>(text, {
    delimiter,
    step: ({ data, errors, meta }) => {
      if (errors.some((error) => error.type === 'Quotes')) throw badQuote(fileName, line)
      if (data.length > 1 || data[0]?.trim()) {
        rows.push(data)
        lines.push(line)
      }
      if (meta.cursor - seen > maxLineBytes) throw lineTooLong(fileName, line, meta.cursor - seen)
      for (; next >= 0 && next < meta.cursor; next = text.indexOf(lineFeed, next + 1)) line += 1
      seen = meta.cursor
    },
  })
  return { rows, lines }
}

function badQuote(fileName: string, line: number): Error {
  return dataError('bad-quote', `A quoted cell that begins on line ${line} of ${fileName} is not closed properly.`, {
    where: `${fileName}, line ${line}`,
    expected: 'a quotation mark at the end of the cell, marks inside it doubled',
    received: 'text after the closing mark, or no closing mark',
    fix: 'Correct the quotation marks on that line.',
    data: { line },
  })
}

interface Preview {
  /** Columns of most rows. */
  width: number
  /** Share of the rows that have them. */
  agreement: number
  /** Share of the cells below the first row that are numbers. */
  numeric: number
}

function preview(text: string, delimiter: string): Preview {
  const head = text.slice(0, 2 ** 20)
  const parsed = Papa.parse<string[]>(head, { delimiter, preview: previewRows, skipEmptyLines: 'greedy' }).data
  const isCut = head.length < text.length && parsed.length > 1 && parsed.length < previewRows
  const rows = isCut ? parsed.slice(0, -1) : parsed
  const width = usualWidth(rows)
  const cells = (rows.length > 1 ? rows.slice(1) : rows).flat()
  const isNumber = (cell: string) =>
    cellKind(cell.trim(), false) === 'number' || (delimiter !== ',' && cellKind(cell.trim(), true) === 'number')
  return {
    width,
    agreement: rows.filter((row) => row.length === width).length / Math.max(1, rows.length),
    numeric: cells.filter(isNumber).length / Math.max(1, cells.length),
  }
}

function usualWidth(rows: readonly string[][]): number {
  const counts = new Map<number, number>()
  for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1)
  let best = 1
  for (const [width, count] of counts) {
    const most = counts.get(best) ?? 0
    if (count > most || (count === most && width > best)) best = width
  }
  return best
}

/** The delimiter that splits most rows alike; among equals the one that leaves more numbers, then the more columns. */
function detectDelimiter(text: string): string {
  let best = ','
  let bestScore = 0
  for (const delimiter of delimiters) {
    const { width, agreement, numeric } = preview(text, delimiter)
    if (width < 2) continue
    const score = agreement * 4 + numeric + Math.min(width, 1000) / 1e6
    if (score > bestScore) {
      best = delimiter
      bestScore = score
    }
  }
  return best
}

function refuseWrongDelimiter(text: string, delimiter: string, fileName: string): void {
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter))
    throw dataError('invalid-delimiter', 'A delimiter is one character.', {
      where: `${fileName}, reading options, delimiter`,
      expected: 'one character that is no quotation mark or line break, such as , or ;',
      received: quoteCell(delimiter),
      fix: 'Choose one of comma, semicolon, tab, vertical bar.',
    })
  if (preview(text, delimiter).width > 1) return
  const other = detectDelimiter(text)
  const found = preview(text, other)
  if (other === delimiter || found.width < 2 || found.agreement < 0.5) return
  throw dataError('wrong-delimiter', `${fileName} is not separated by ${nameOf(delimiter)}.`, {
    where: `${fileName}, line 1`,
    expected: `several columns separated by ${nameOf(delimiter)}`,
    received: `1 column; ${nameOf(other)} gives ${found.width} columns`,
    fix: `Set the delimiter to ${nameOf(other)}, or let it be detected.`,
    data: { delimiter, suggested: other, line: 1 },
  })
}

function nameOf(delimiter: string): string {
  return delimiterNames[delimiter] ?? quoteCell(delimiter)
}

/** A single column that another character would split alike in every row, into numbers mostly, is no single column. */
function refuseUnusualDelimiter(text: string, fileName: string): void {
  const other = unusualDelimiters.find((delimiter) => {
    const { width, agreement, numeric } = preview(text, delimiter)
    return width > 1 && agreement === 1 && numeric >= 0.5
  })
  if (other === undefined) return
  const { width } = preview(text, other)
  throw dataError('wrong-delimiter', `${fileName} is separated by ${nameOf(other)}, which is not detected by itself.`, {
    where: `${fileName}, line 1`,
    expected: `columns separated by ${delimiters.map(nameOf).join(', ')}`,
    received: `1 column; ${nameOf(other)} gives ${width} columns`,
    fix: `Name ${nameOf(other)} as delimiter in the reading options, or save the file with commas.`,
    data: { delimiter: null, suggested: other, line: 1 },
  })
}

/** A first row of names: no numbers, no two alike, and different in kind or content from the columns below. */
function detectHeader(rows: readonly string[][], options: CsvOptions): boolean {
  const first = (rows[0] as string[]).map((cell) => cell.trim())
  const kind = (cell: string) => cellKind(cell.trim(), options.decimalComma)
  if (first.some((cell) => cell !== '' && (kind(cell) !== 'text' || options.missingMarkers.includes(cell))))
    return false
  if (first.every((cell) => cell === '') || new Set(first).size < first.length) return isHeaderWithRepeats(rows, kind)
  const below = rows.slice(1, 1 + previewRows)
  if (below.length === 0) return true
  if (first.some((_, column) => below.some((row) => kind(row[column] ?? '') === 'number'))) return true
  return first.every((cell, column) => !below.some((row) => (row[column] ?? '').trim() === cell))
}

/** Texts that repeat are names, wrongly, when only numbers stand below them. */
function isHeaderWithRepeats(rows: readonly string[][], kind: (cell: string) => string): boolean {
  const first = rows[0] as string[]
  if (first.every((cell) => cell.trim() === '')) return false
  return first.some((_, column) => rows.slice(1, 1 + previewRows).some((row) => kind(row[column] ?? '') === 'number'))
}

function headerNames(row: readonly string[], fileName: string, line: number): string[] {
  const result = row.map((cell, index) => cell.trim() || `column_${index + 1}`)
  const seen = new Map<string, number>()
  for (const [index, name] of result.entries()) {
    const earlier = seen.get(name)
    if (earlier !== undefined)
      throw dataError('duplicate-column', `${fileName} has two columns named ${quoteCell(name)}.`, {
        where: `${fileName}, line ${line}`,
        expected: 'a different name for each column',
        received: `${quoteCell(name)} for columns ${earlier + 1} and ${index + 1}`,
        fix: 'Rename one of them in the file, or say in the reading options that the file has no header.',
        data: { name, columns: [earlier + 1, index + 1], line },
      })
    seen.set(name, index)
  }
  return result
}

function refuseRaggedRows(
  rows: readonly string[][],
  lines: readonly number[],
  width: number,
  delimiter: string,
  fileName: string,
): void {
  const bad: number[] = []
  for (const [index, row] of rows.entries()) if (row.length !== width) bad.push(index)
  if (bad.length === 0) return
  const badLines = bad.map((index) => lines[index]!)
  const sizes = bad.slice(0, 5).map((index) => rows[index]!.length)
  const have = bad.length === 1 ? 'has' : 'have'
  throw dataError(
    'ragged-row',
    `${bad.length} of ${rows.length} rows of ${fileName} ${have} too few or too many cells.`,
    {
      where: `${fileName}, line ${someOf(badLines)}`,
      expected: `${width} cells a row`,
      received: `${someOf(sizes)} cells`,
      fix: `Correct these lines; a cell that contains the delimiter ${quoteCell(delimiter)} must stand in quotation marks.`,
      data: { lines: badLines.slice(0, 20), count: bad.length, expected: width },
    },
  )
}
