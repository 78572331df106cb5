import { fitTensor, fitText, writeArrays } from './arrays.ts'
import type {
  ColumnSettings,
  DatasetDescription,
  EncodedMatrix,
  EncodedTarget,
  FittedColumn,
  FittedPreprocessing,
  Table,
  TableColumn,
} from './dataset.ts'
import { dataError, quoteCell, someOf } from './errors.ts'
import { allMissing, fittedOf, policyOf, typeMismatch } from './fitted.ts'
import { columnOf, isMissingCell } from './table.ts'
import { transformOf } from './transforms/index.ts'
import { moments, quantile } from './transforms/transform.ts'

type NumericColumn = Extract<TableColumn, { type: 'numeric' }>
type CategoricalColumn = Extract<TableColumn, { type: 'categorical' }>

/**
 * Fits every feature's and target's transform on `trainRows` alone. Categories come from the description (they are declared, not
 * learned). Throws `data.all-missing`, `data.no-training-rows`, `data.invalid-transform`.
 */
export function fitPreprocessing(
  table: Table,
  description: DatasetDescription,
  trainRows: Int32Array,
): FittedPreprocessing {
  if (trainRows.length === 0)
    throw dataError('no-training-rows', 'There are no rows to train on.', {
      where: description.name,
      expected: 'at least one training row',
      received: '0 rows',
      fix: 'Make the test and validation parts smaller, or fill missing cells instead of dropping rows.',
    })
  const fit = (role: 'feature' | 'target') =>
    description.columns
      .filter((column) => column.role === role)
      .map((settings) => fitColumn(columnOf(table, settings.name), settings, trainRows))
  return { version: 1, features: fit('feature'), targets: fit('target') }
}

function fitColumn(column: TableColumn, settings: ColumnSettings, rows: Int32Array): FittedColumn {
  switch (column.type) {
    case 'numeric':
      return fitNumeric(column, settings, rows)
    case 'categorical':
      return fitCategorical(column, settings, rows)
    case 'tensor':
      return fitTensor(column, settings)
    case 'text':
      return fitText(column, settings, rows)
  }
}

function fitNumeric(column: NumericColumn, settings: ColumnSettings, rows: Int32Array): FittedColumn {
  const present = new Float64Array(rows.length)
  let count = 0
  for (const row of rows) {
    const value = column.values[row]!
    if (!Number.isNaN(value)) present[count++] = value
  }
  const values = present.subarray(0, count).sort()
  if (count === 0) throw allMissing(column.name)
  const { shift, scale } = transformOf(settings.transform, 'numeric', column.name).fit(values)
  const base = { name: column.name, type: column.type, transform: settings.transform, shift, scale, width: 1 }
  return { ...base, fill: fillNumber(settings, values), details: policyOf(settings) }
}

function fillNumber(settings: ColumnSettings, values: Float64Array): number | null {
  switch (settings.missing) {
    case 'mean':
      return moments(values).mean
    case 'median':
      return quantile(values, 0.5)
    case 'most-frequent':
      return mostFrequentNumber(values)
    case 'constant': {
      const value = Number(settings.fillValue ?? 0)
      if (Number.isFinite(value)) return value
      throw invalidFill(settings, 'a finite number')
    }
    default:
      return null
  }
}

/** The smallest of the most frequent values. */
function mostFrequentNumber(sorted: Float64Array): number {
  let best = sorted[0]!
  let bestCount = 0
  for (let start = 0; start < sorted.length; ) {
    let end = start
    while (end < sorted.length && sorted[end] === sorted[start]) end += 1
    if (end - start > bestCount) {
      best = sorted[start]!
      bestCount = end - start
    }
    start = end
  }
  return best
}

function fitCategorical(column: CategoricalColumn, settings: ColumnSettings, rows: Int32Array): FittedColumn {
  const categories = settings.categories ?? column.labels
  const transform = transformOf(settings.transform, 'categorical', column.name)
  const counts = new Int32Array(column.labels.length)
  for (const row of rows) {
    const code = column.codes[row]!
    if (code >= 0) counts[code]! += 1
  }
  const top = counts.reduce((best, count, code) => (count > counts[best]! ? code : best), 0)
  if (counts.length === 0 || counts[top] === 0) throw allMissing(column.name)
  const unseenInTraining = categories.filter((label) => !counts[column.labels.indexOf(label)])
  return {
    name: column.name,
    type: column.type,
    transform: settings.transform,
    shift: 0,
    scale: 1,
    fill: fillLabel(settings, categories, column.labels[top]!),
    categories: [...categories],
    details: { ...policyOf(settings), unseen: settings.unseen ?? 'error', unseenInTraining },
    width: transform.width(categories),
  }
}

function fillLabel(settings: ColumnSettings, categories: readonly string[], top: string): string | null {
  if (settings.missing === 'drop-row' || settings.missing === 'error') return null
  if (settings.missing !== 'constant') return top
  const label = String(settings.fillValue ?? '')
  if (categories.includes(label)) return label
  throw invalidFill(settings, `one of ${someOf(categories.map(quoteCell))}`)
}

function invalidFill(settings: ColumnSettings, expected: string): Error {
  return dataError(
    'invalid-fill',
    `The value for missing cells of ${quoteCell(settings.name)} does not suit the column.`,
    {
      where: `column ${quoteCell(settings.name)}, value for missing cells`,
      expected,
      received: quoteCell(String(settings.fillValue ?? '')),
      fix: 'Change the value, or fill missing cells by another rule.',
    },
  )
}

/**
 * Model columns of every row, row-major. `columnNames` picks source columns (default: all features, in order). A missing cell that is
 * neither filled nor an error gives NaN; leave such rows out with `rowsWithoutMissing`.
 * Throws `data.missing-value`, `data.unseen-category`, `data.missing-column`.
 */
export function encodeFeatures(
  table: Table,
  fitted: FittedPreprocessing,
  columnNames?: readonly string[],
): EncodedMatrix {
  const columns = columnNames ? columnNames.map((name) => fittedOf(fitted.features, name)) : fitted.features
  const width = columns.reduce((sum, column) => sum + column.width, 0)
  const data = new Float32Array(table.rowCount * width)
  const names: string[] = []
  let offset = 0
  for (const fittedColumn of columns) {
    encodeColumn(columnOf(table, fittedColumn.name), fittedColumn, data, offset, width)
    names.push(...modelNames(fittedColumn))
    offset += fittedColumn.width
  }
  return { rowCount: table.rowCount, width, data, names }
}

/** Names of the model columns of one source column. */
export function modelNames(column: FittedColumn): string[] {
  if (column.type === 'numeric') return [column.name]
  if (column.type !== 'categorical') return Array.from({ length: column.width }, (_, k) => `${column.name}[${k}]`)
  return transformOf(column.transform, 'categorical', column.name).names(column.name, column.categories ?? [])
}

function encodeColumn(
  column: TableColumn,
  fitted: FittedColumn,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  refuseMissing(column, fitted)
  if (fitted.type === 'numeric') {
    const values = numericValues(column, fitted)
    const fill = typeof fitted.fill === 'number' ? fitted.fill : Number.NaN
    for (let row = 0, at = offset; row < values.length; row += 1, at += stride) {
      const value = values[row]!
      out[at] = ((Number.isNaN(value) ? fill : value) - fitted.shift) * fitted.scale
    }
    return
  }
  if (fitted.type !== 'categorical') {
    writeArrays(column, fitted, out, offset, stride)
    return
  }
  const transform = transformOf(fitted.transform, 'categorical', fitted.name)
  const codes = categoryCodes(column, fitted)
  const fill = fitted.fill === null ? -1 : (fitted.categories ?? []).indexOf(String(fitted.fill))
  for (let row = 0, at = offset; row < codes.length; row += 1, at += stride) {
    const code = codes[row] === -1 ? fill : codes[row]!
    if (code === -1) out.fill(Number.NaN, at, at + fitted.width)
    else if (code >= 0) transform.write(code, out, at)
  }
}

function refuseMissing(column: TableColumn, fitted: FittedColumn): void {
  if (fitted.details?.missing !== 'error') return
  refuseMissingCells(
    column,
    Int32Array.from({ length: rowCount(column) }, (_, row) => row),
  )
}

/** Throws `data.missing-value` when one of the rows has no value in a column. */
export function refuseMissingCells(column: TableColumn, among: Int32Array): void {
  const rows = Array.from(
    among.filter((row) => isMissingCell(column, row)),
    (row) => row + 1,
  )
  if (rows.length === 0) return
  throw dataError('missing-value', `${rows.length} cells of ${quoteCell(column.name)} are missing.`, {
    where: `column ${quoteCell(column.name)}, row ${someOf(rows)}`,
    expected: 'a value in every row',
    received: 'missing cells',
    fix: 'Complete the file, or choose how missing cells of this column are filled.',
    data: { column: column.name, rows: rows.slice(0, 20), count: rows.length },
  })
}

function rowCount(column: TableColumn): number {
  if (column.type === 'numeric') return column.values.length
  if (column.type === 'categorical') return column.codes.length
  return column.type === 'text' ? column.texts.length : 0
}

function numericValues(column: TableColumn, fitted: FittedColumn): Float64Array {
  if (column.type === 'numeric') return column.values
  throw typeMismatch(fitted, column.type)
}

/** Index into the fitted categories; -1 = missing, -2 = unseen and encoded as zeros. */
function categoryCodes(column: TableColumn, fitted: FittedColumn): Int32Array {
  if (column.type !== 'categorical') throw typeMismatch(fitted, column.type)
  const categories = fitted.categories ?? []
  const known = new Map(categories.map((category, index) => [category, index]))
  const map = column.labels.map((label) => known.get(label) ?? sameNumber(label, categories))
  const zeros = fitted.details?.unseen === 'zeros' && fitted.transform === 'one-hot'
  const unseenRows: number[] = []
  const unseen = new Set<string>()
  const codes = new Int32Array(column.codes.length)
  for (let row = 0; row < codes.length; row += 1) {
    const label = column.codes[row]!
    codes[row] = label < 0 ? -1 : map[label]!
    if (codes[row] === -2 && !zeros) {
      unseenRows.push(row + 1)
      unseen.add(column.labels[label]!)
    }
  }
  if (unseenRows.length === 0) return codes
  throw dataError('unseen-category', `${quoteCell(fitted.name)} holds categories the network was not built for.`, {
    where: `column ${quoteCell(fitted.name)}, row ${someOf(unseenRows)}`,
    expected: someOf(categories.map(quoteCell), 12),
    received: someOf([...unseen].map(quoteCell)),
    fix: 'Correct the cells, add the categories and train again, or let one-hot encode unseen categories as zeros.',
    data: {
      column: fitted.name,
      rows: unseenRows.slice(0, 20),
      count: unseenRows.length,
      unseen: [...unseen].slice(0, 20),
    },
  })
}

/** `1.0` is the category `1` when the file writes whole numbers with a point. */
function sameNumber(label: string, categories: readonly string[]): number {
  const value = label === '' ? Number.NaN : Number(label)
  if (Number.isNaN(value)) return -2
  const index = categories.findIndex((category) => category !== '' && Number(category) === value)
  return index < 0 ? -2 : index
}

/**
 * The target as class indices or transformed numbers. Missing cells give NaN and are never filled: leave those rows out.
 * Throws `data.unseen-category`, `data.missing-value`, `data.missing-column`.
 */
export function encodeTarget(table: Table, fitted: FittedPreprocessing, column: string): EncodedTarget {
  const target = fittedOf(fitted.targets, column)
  const source = columnOf(table, column)
  refuseMissing(source, target)
  const data = new Float32Array(table.rowCount)
  if (target.type === 'numeric') {
    const values = numericValues(source, target)
    for (let row = 0; row < data.length; row += 1) data[row] = (values[row]! - target.shift) * target.scale
    return { column, kind: 'numeric', data, shift: target.shift, scale: target.scale }
  }
  const codes = categoryCodes(source, target)
  for (let row = 0; row < data.length; row += 1) data[row] = codes[row]! < 0 ? Number.NaN : codes[row]!
  return { column, kind: 'classes', classes: [...(target.categories ?? [])], data, shift: 0, scale: 1 }
}

/** Numbers of the model back in source units: y / scale + shift. */
export function inverseTarget(
  target: Pick<EncodedTarget, 'shift' | 'scale'>,
  values: Float32Array | Float64Array,
): Float64Array {
  return Float64Array.from(values, (value) => value / target.scale + target.shift)
}

/**
 * Rows that can be used: those in `rows` (default all) without a missing cell where the column's policy is `drop-row`, and, unless
 * `targets` is false, without a missing target.
 */
export function rowsWithoutMissing(
  table: Table,
  description: DatasetDescription,
  rows?: Int32Array,
  options: { targets?: boolean } = {},
): Int32Array {
  const dropping = description.columns
    .filter((settings) =>
      settings.role === 'target'
        ? (options.targets ?? true) && settings.missing !== 'error'
        : settings.role === 'feature' && settings.missing === 'drop-row',
    )
    .map((settings) => columnOf(table, settings.name))
  const all = rows ?? Int32Array.from({ length: table.rowCount }, (_, row) => row)
  return all.filter((row) => !dropping.some((column) => isMissingCell(column, row)))
}
