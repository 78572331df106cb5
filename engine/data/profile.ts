import { elementCount } from '../base/shape.ts'
import type {
  ColumnProfile,
  ColumnSettings,
  DatasetDescription,
  DataWarning,
  Table,
  TableColumn,
  TensorColumn,
  TextColumn,
} from './dataset.ts'
import { quoteCell } from './errors.ts'
import { cellKey, cellOf, columnOf } from './table.ts'
import { thumbnailOf } from './thumbnails.ts'
import { countTokens, suggestTokens, tokenize } from './tokens.ts'
import { moments, quantile } from './transforms/transform.ts'

const bins = 12
const shownLabels = 24

/** Statistics, histogram and warnings of every described column. The standard deviation is the population's. */
export function profileTable(table: Table, description: DatasetDescription): ColumnProfile[] {
  return description.columns.map((settings) => profileColumn(columnOf(table, settings.name), settings))
}

function profileColumn(column: TableColumn, settings: ColumnSettings): ColumnProfile {
  switch (column.type) {
    case 'numeric':
      return profileNumeric(column, settings)
    case 'categorical':
      return profileCategorical(column, settings)
    case 'tensor':
      return profileTensor(column)
    case 'text':
      return profileText(column, settings)
  }
}

/** Warnings about the table as a whole: rows that occur more than once (the same row may then train and test). */
export function tableWarnings(table: Table): DataWarning[] {
  const seen = new Set<string>()
  for (let row = 0; row < table.rowCount; row += 1)
    seen.add(table.columns.map((column) => keyText(cellKey(column, row))).join('|'))
  const repeated = table.rowCount - seen.size
  if (repeated === 0) return []
  const noun = repeated === 1 ? 'row repeats' : 'rows repeat'
  return [
    {
      code: 'data.duplicate-rows',
      message: `${repeated} ${noun} an earlier row; the same row may then train and test.`,
      fix: 'Remove the repeated rows from the file unless they are separate observations.',
    },
  ]
}

/** Numbers hold no separator, and quoted texts none that is not inside the quotation marks. */
function keyText(key: number | string | null): string {
  return typeof key === 'string' ? JSON.stringify(key) : String(key)
}

/** Cells that are read for the statistics of a column of arrays, spread over all rows. */
const sampledCells = 500
const shownPictures = 24

function profileTensor(column: TensorColumn): ColumnProfile {
  const size = elementCount(column.shape)
  const count = column.data.length / size
  const step = Math.max(1, Math.floor(count / sampledCells))
  const rows = Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step)
  const values = new Float64Array(rows.length * size)
  for (const [index, row] of rows.entries()) values.set(cellOf(column, row), index * size)
  values.sort()
  const { mean, standardDeviation } = moments(values)
  const quantiles: [number, number, number] = [quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)]
  const distinct = new Set(Array.from({ length: count }, (_, row) => cellKey(column, row))).size
  return {
    name: column.name,
    type: 'tensor',
    count,
    missing: 0,
    distinct,
    numeric: { min: values[0]!, max: values[values.length - 1]!, mean, standardDeviation, quantiles },
    histogram: numericHistogram(values),
    thumbnails: Array.from({ length: Math.min(count, shownPictures) }, (_, row) => thumbnailOf(column, row)),
    warnings: [],
  }
}

function profileText(column: TextColumn, settings: ColumnSettings): ColumnProfile {
  const present = column.texts.filter((text) => text !== null)
  const missing = column.texts.length - present.length
  const tokens = settings.tokens ?? suggestTokens(column.texts)
  const lengths = Float64Array.from(present, (text) => tokenize(text, tokens).length).sort()
  const words = countTokens(present, tokens)
  const warnings = missingWarnings(column.name, missing, present.length)
  const cut = lengths.filter((length) => length > tokens.length).length
  if (cut > 0)
    warnings.push({
      code: 'data.texts-cut',
      column: column.name,
      message: `${cut} texts of ${quoteCell(column.name)} are longer than ${tokens.length} ${tokens.level === 'word' ? 'words' : 'characters'} and are cut off.`,
      fix: 'Set a greater length if their ends matter.',
    })
  return {
    name: column.name,
    type: 'text',
    count: present.length,
    missing,
    distinct: new Set(present).size,
    histogram: present.length > 0 ? numericHistogram(lengths) : [],
    words: words.slice(0, shownLabels),
    warnings,
  }
}

function profileNumeric(column: Extract<TableColumn, { type: 'numeric' }>, settings: ColumnSettings): ColumnProfile {
  const values = column.values.filter((value) => !Number.isNaN(value)).sort()
  const count = values.length
  const missing = column.values.length - count
  const base = { name: column.name, type: column.type, count, missing }
  if (count === 0) return { ...base, distinct: 0, histogram: [], warnings: missingWarnings(column.name, missing, 0) }
  const { mean, standardDeviation } = moments(values)
  const quantiles: [number, number, number] = [quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)]
  const min = values[0]!
  const max = values[count - 1]!
  const distinct = new Set(values).size
  const warnings = missingWarnings(column.name, missing, count)
  if (distinct === 1 && settings.role !== 'ignore') warnings.push(constant(column.name))
  const reach = 3 * (quantiles[2] - quantiles[0])
  const outside = values.filter((value) => value < quantiles[0] - reach || value > quantiles[2] + reach).length
  if (reach > 0 && outside > 0)
    warnings.push({
      code: 'data.outliers',
      column: column.name,
      message: `${outside} values of ${quoteCell(column.name)} lie more than three interquartile ranges outside the quartiles.`,
      fix: 'Check them; the robust transform is hardly moved by them.',
    })
  const numeric = { min, max, mean, standardDeviation, quantiles }
  return { ...base, distinct, numeric, histogram: numericHistogram(values), warnings }
}

/** Equal bins from the least to the greatest value; the last one includes its upper end. */
function numericHistogram(sorted: Float64Array): ColumnProfile['histogram'] {
  const min = sorted[0]!
  const max = sorted[sorted.length - 1]!
  if (min === max) return [{ label: String(min), count: sorted.length, from: min, to: max }]
  const edge = (bin: number) => (bin === bins ? max : min + ((max - min) * bin) / bins)
  const histogram = Array.from({ length: bins }, (_, bin) => {
    const [from, to] = [edge(bin), edge(bin + 1)]
    return { label: `${Number(from.toPrecision(4))} to ${Number(to.toPrecision(4))}`, count: 0, from, to }
  })
  for (const value of sorted) {
    const bin = Math.min(bins - 1, Math.floor(((value - min) / (max - min)) * bins))
    histogram[bin]!.count += 1
  }
  return histogram
}

function profileCategorical(
  column: Extract<TableColumn, { type: 'categorical' }>,
  settings: ColumnSettings,
): ColumnProfile {
  const counts = new Int32Array(column.labels.length)
  for (const code of column.codes) if (code >= 0) counts[code]! += 1
  const count = counts.reduce((sum, value) => sum + value, 0)
  const missing = column.codes.length - count
  const present = column.labels
    .map((label, code) => ({ label, count: counts[code]! }))
    .filter((bar) => bar.count > 0)
    .sort((a, b) => b.count - a.count)
  const distinct = present.length
  const warnings = missingWarnings(column.name, missing, count)
  if (settings.role === 'feature' && distinct === 1) warnings.push(constant(column.name))
  if (settings.role === 'feature' && distinct > 50)
    warnings.push({
      code: 'data.high-cardinality',
      column: column.name,
      message: `${quoteCell(column.name)} has ${distinct} categories, each a column of its own when one-hot encoded.`,
      fix: 'Ignore the column, merge rare categories, or use the ordinal transform.',
    })
  if (settings.role === 'feature' && count > 20 && distinct === count)
    warnings.push({
      code: 'data.suspected-id',
      column: column.name,
      message: `Every row has another value of ${quoteCell(column.name)}: a network would learn it by heart.`,
      fix: 'Set its role to ignore.',
    })
  const [most, least] = [present[0]?.count ?? 0, present.at(-1)?.count ?? 0]
  if (settings.role === 'target' && distinct > 1 && most >= 4 * least)
    warnings.push({
      code: 'data.class-imbalance',
      column: column.name,
      message: `The most frequent class has ${most} rows, the rarest ${least}.`,
      fix: 'Stratify the split, and judge by F1 or recall instead of accuracy.',
    })
  return {
    name: column.name,
    type: column.type,
    count,
    missing,
    distinct,
    histogram: present.slice(0, shownLabels),
    warnings,
  }
}

function constant(column: string): DataWarning {
  return {
    code: 'data.constant-column',
    column,
    message: `${quoteCell(column)} has one value only and tells nothing.`,
    fix: 'Set its role to ignore.',
  }
}

function missingWarnings(column: string, missing: number, present: number): DataWarning[] {
  if (missing === 0 || missing < present) return []
  return [
    {
      code: 'data.mostly-missing',
      column,
      message: `${missing} of ${missing + present} cells of ${quoteCell(column)} are missing.`,
      fix: 'Set its role to ignore.',
    },
  ]
}
