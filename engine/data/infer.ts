import { basename, dirname } from 'node:path'
import { newId } from '../base/ids.ts'
import { cellKind, defaultMissingMarkers, isNotANumber, missingTest, parseNumber, sortLabels } from './cells.ts'
import type { ColumnSettings, ColumnType, CsvOptions, DatasetDescription, DataWarning, Table } from './dataset.ts'
import { dataError, quoteCell, someOf } from './errors.ts'
import { checkHash, hashBytes } from './files.ts'
import { readerFor } from './readers/index.ts'
import { type DataFile, isCells, type RawColumn, type RawTable } from './readers/reader.ts'
import { partOfLabel } from './split.ts'
import { type BadCell, badCellError, badCells, toTable } from './table.ts'
import { suggestTokens } from './tokens.ts'

export interface InferOptions {
  csv?: Partial<CsvOptions>
  /** Name of the data set; default: the file's name without extension. */
  name?: string
  /** Name of the target column; default: a column with a name such as `target`, `label`, `class`, `species`, else the last. */
  target?: string
  /** Types that are not to be inferred, by column. */
  types?: Readonly<Record<string, Exclude<ColumnType, 'tensor'>>>
  /** What to do with texts and infinities among numbers: refuse (the default), treat as missing, or make the column categorical. */
  badCells?: 'error' | 'missing' | 'categorical'
  /** Absolute path, when the data stays outside the project. */
  path?: string
  seed?: number
  /** Files that lie beside it and belong to it. */
  companions?: readonly DataFile[]
}

export interface InferredDataset {
  description: DatasetDescription
  table: Table
  warnings: DataWarning[]
}

const targetNames =
  /^(target|label|labels|class|classes|y|outcome|response|species|diagnosis|cultivar|digit|category|churn|survived)$/i
const idNames = /^(id|index|idx|row|row_?(id|number|nr)|uuid|guid|unnamed: 0)$|[_ ]id$/i

/**
 * Reads a file and decides on types, roles and transforms; every decision is in the description and can be changed.
 * - numeric: more than half of the cells that are not missing are numbers; the others are then an error that names them;
 * - a numeric target of few whole numbers (at most 20, each about five times or more; or just two) becomes classes;
 * - row numbers, unique short texts and constant columns are ignored, constant pixels of a grid are not;
 * - sentences become text, arrays tensors; a column that says `train` and `test` divides the rows.
 * Throws the errors of the reader, `data.text-in-numeric-column`, `data.not-finite` and `data.missing-target`.
 */
export function inferDataset(bytes: Uint8Array, fileName: string, options: InferOptions = {}): InferredDataset {
  const reader = readerFor(bytes, fileName)
  const csv: CsvOptions = {
    delimiter: null,
    header: null,
    decimalComma: false,
    missingMarkers: [...defaultMissingMarkers],
    ...options.csv,
  }
  const companions = options.companions ?? []
  const raw = reader.read(bytes, fileName, csv, companions)
  const warnings: DataWarning[] = []
  if (options.csv?.decimalComma === undefined && usesDecimalComma(raw)) {
    csv.decimalComma = true
    warnings.push({
      code: 'data.decimal-comma',
      message: 'Numbers are written with a decimal comma (1,5).',
      fix: 'If the comma separates thousands, switch the decimal comma off.',
    })
  }
  csv.delimiter = raw.delimiter
  csv.header = raw.header
  const columns = inferTypes(raw, csv, fileName, options, warnings)
  inferRoles(columns, raw, csv, fileName, options, warnings)
  for (const column of columns) applyDefaults(column)
  const given = columns.find((_, index) => saysParts(raw.columns[index]!))
  if (given && given.role !== 'target') given.role = 'ignore'
  const target = columns.find((column) => column.role === 'target')
  const isClasses = target?.type === 'categorical'
  const tiny = raw.lines.length < 20
  const description: DatasetDescription = {
    id: newId('dat'),
    name: options.name ?? titleOf(raw, fileName, options.path),
    source: {
      kind: options.path ? 'file' : 'embedded',
      path: options.path ?? basename(fileName),
      size: bytes.length,
      hash: hashBytes(bytes),
      ...(companions.length > 0 && {
        companions: companions.map((file) => ({
          name: file.name,
          size: file.bytes.length,
          hash: hashBytes(file.bytes),
        })),
      }),
    },
    csv,
    columns,
    split: {
      test: tiny ? 0 : 0.2,
      validation: tiny ? 0 : given?.role === 'ignore' ? 0.1 : 0.2,
      stratify: isClasses && !tiny && canStratify(raw, columns, csv),
      shuffle: true,
      seed: options.seed ?? 1,
      ...(given?.role === 'ignore' && { given: given.name }),
    },
    rowCount: raw.lines.length,
  }
  return { description, table: toTable(raw, columns, csv, fileName), warnings }
}

function titleOf({ title }: RawTable, fileName: string, path: string | undefined): string {
  const folders = dirname(path ?? '').split(/[\\/]/)
  const folder = folders.findLast((name) => name !== '' && name !== '.' && !/^(data|raw)$/i.test(name))
  const own = basename(fileName).replace(/\.(csv|tsv|tab|txt)?(\.gz)?$/i, '')
  return title ?? (title === null ? (folder ?? 'images') : own)
}

/** The described table. Throws `data.file-changed` when the bytes are others, and the errors of the reader. */
export function loadTable(
  bytes: Uint8Array,
  description: DatasetDescription,
  companions: readonly DataFile[] = [],
): Table {
  const { source, csv, columns } = description
  checkHash(bytes, description)
  for (const expected of source.companions ?? []) {
    const file = companions.find(({ name }) => name === expected.name)
    checkHash(file?.bytes ?? new Uint8Array(), description, expected, expected.name)
  }
  const fileName = basename(source.path)
  const known = companions.filter(({ name }) => source.companions?.some((expected) => expected.name === name))
  const raw = readerFor(bytes, fileName).read(bytes, fileName, csv, known)
  return toTable(raw, columns, csv, fileName)
}

/**
 * A new file with the same columns, to predict: the delimiter is detected anew; the target
 * and ignored columns may be absent. Throws `data.missing-column` and the errors of the reader.
 */
export function loadNewTable(
  bytes: Uint8Array,
  fileName: string,
  description: DatasetDescription,
  companions: readonly DataFile[] = [],
): Table {
  const { csv, columns } = description
  const detected = { ...csv, delimiter: null }
  const raw = readerFor(bytes, fileName).read(bytes, fileName, detected, companions)
  if (raw.header) {
    const present = columns.filter((column) => column.role === 'feature' || raw.names.includes(column.name))
    return toTable(raw, present, csv, fileName)
  }
  const features = columns.filter((column) => column.role === 'feature')
  return toTable(raw, raw.names.length === features.length ? features : columns, csv, fileName)
}

/** True for cells that name parts of a split, training and test at least. */
function saysParts(column: RawColumn): boolean {
  if (!isCells(column) || partOfLabel(column[0] ?? '') === null) return false
  const parts = new Set([...new Set(column)].map(partOfLabel))
  return !parts.has(null) && parts.has('train') && parts.has('test')
}

/** Names under which running text is known. */
const textNames = /^(text|texts|review|sentence|message|comment|content|tweet|body|document|headline)$/i

/** True for running text: several words a cell, and few cells alike. */
function isText(name: string, present: readonly string[]): boolean {
  if (present.length === 0 || new Set(present).size < present.length / 2) return false
  const words = present.reduce((sum, cell) => sum + cell.split(/\s+/).length, 0) / present.length
  return words >= (textNames.test(name) ? 2 : 5)
}

/** True when several cells look like `1,5` and none like `1.5`; never on the word of a single cell. */
function usesDecimalComma(raw: RawTable): boolean {
  let commas = 0
  for (const cells of raw.columns.filter(isCells))
    for (const cell of cells) {
      if (/^[-+]?\d+,\d+$/.test(cell)) commas += 1
      else if (/^[-+]?\d*\.\d+$/.test(cell)) return false
    }
  return commas > 1
}

function inferTypes(
  raw: RawTable,
  csv: CsvOptions,
  fileName: string,
  options: InferOptions,
  warnings: DataWarning[],
): ColumnSettings[] {
  const policy = options.badCells ?? 'error'
  const broken: { name: string; code: 'text-in-numeric-column' | 'not-finite'; cells: BadCell[] }[] = []
  const columns = raw.names.map((name, index): ColumnSettings => {
    const cells = raw.columns[index]!
    const settings: ColumnSettings = {
      name,
      type: 'categorical',
      role: 'feature',
      transform: 'none',
      missing: 'mean',
    }
    if (!isCells(cells))
      return {
        ...settings,
        type: 'tensor',
        transform: cells.data instanceof Uint8Array ? 'rescale' : 'none',
        shape: [...cells.shape],
      }
    const isMissing = missingTest(csv.missingMarkers)
    const { texts, notFinite } = badCells(cells, raw.lines, isMissing, csv.decimalComma)
    const present = cells.reduce((count, cell) => count + (isMissing(cell) ? 0 : 1), 0)
    const declared = options.types?.[name]
    if (
      declared === 'text' ||
      (!declared &&
        texts.length === present &&
        isText(
          name,
          texts.map((cell) => cell.text),
        ))
    )
      return { ...settings, type: 'text', tokens: suggestTokens(cells.map((cell) => (isMissing(cell) ? null : cell))) }
    const numeric = declared ? declared === 'numeric' : present > 0 && texts.length < present / 2
    if (!numeric) {
      // Among labels NaN says that there is none.
      const none = [...new Set(cells)].filter(isNotANumber)
      if (none.length > 0) settings.missingMarkers = none
      if (!declared && texts.length < present)
        warnings.push({
          code: 'data.mixed-column',
          column: name,
          message: `${quoteCell(name)} holds ${present - texts.length} numbers among ${texts.length} texts and is read as categorical.`,
          fix: 'Make it numeric if the texts are mistakes.',
        })
      return settings
    }
    const bad = [...texts, ...notFinite]
    if (bad.length > 0 && policy === 'categorical' && texts.length > 0) return settings
    settings.type = 'numeric'
    if (bad.length === 0) return settings
    if (policy === 'missing') {
      settings.missingMarkers = [...new Set(bad.map((cell) => cell.text))]
      warnings.push({
        code: texts.length > 0 ? 'data.text-in-numeric-column' : 'data.not-finite',
        column: name,
        message: `${bad.length} cells of ${quoteCell(name)} are treated as missing: ${someOf(settings.missingMarkers.map(quoteCell))}.`,
      })
    } else if (texts.length > 0) broken.push({ name, code: 'text-in-numeric-column', cells: texts })
    else broken.push({ name, code: 'not-finite', cells: notFinite })
    return settings
  })
  const first = broken[0]
  if (first)
    throw badCellError(
      first.code,
      first.name,
      first.cells,
      fileName,
      broken.slice(1).map((item) => item.name),
    )
  return columns
}

function inferRoles(
  columns: ColumnSettings[],
  raw: RawTable,
  csv: CsvOptions,
  fileName: string,
  options: InferOptions,
  warnings: DataWarning[],
): void {
  const target = chooseTarget(columns, raw, fileName, options)
  const gridSizes = new Map<string, number>()
  const gridOf = (name: string) => /^(.*?)[_ .-]?\d+(?:[_ .x-]\d+)*$/.exec(name)?.[1]
  for (const { name } of columns) {
    const grid = gridOf(name)
    if (grid !== undefined) gridSizes.set(grid, (gridSizes.get(grid) ?? 0) + 1)
  }
  for (const [index, column] of columns.entries()) {
    const cells = raw.columns[index]!
    if (!isCells(cells) || column.type === 'text') continue
    const isMissing = missingTest(csv.missingMarkers, column.missingMarkers)
    const present = cells.filter((cell) => !isMissing(cell))
    const distinct = new Set(present)
    if (column === target) {
      column.role = 'target'
      if (column.type === 'numeric' && options.types?.[column.name] === undefined)
        if (isClassNumbers(present, distinct, csv.decimalComma)) column.type = 'categorical'
    } else if (isId(column, present, distinct, cells.length, csv.decimalComma)) {
      column.role = 'ignore'
      warnings.push({
        code: 'data.suspected-id',
        column: column.name,
        message: `${quoteCell(column.name)} looks like a row number or name and is ignored: a network would learn it by heart.`,
        fix: 'Make it a feature if it carries meaning.',
      })
    } else if (distinct.size <= 1 && !((gridSizes.get(gridOf(column.name) ?? '') ?? 0) >= 8)) {
      column.role = 'ignore'
      warnings.push({
        code: 'data.constant-column',
        column: column.name,
        message: `${quoteCell(column.name)} has one value only and is ignored.`,
      })
    }
    if (column.type === 'categorical') column.categories = sortLabels(distinct, csv.decimalComma)
  }
}

function chooseTarget(
  columns: ColumnSettings[],
  raw: RawTable,
  fileName: string,
  options: InferOptions,
): ColumnSettings | undefined {
  if (options.target !== undefined) {
    const named = columns.find((column) => column.name === options.target)
    if (named) return named
    throw dataError('missing-target', `${fileName} has no column ${quoteCell(options.target)}.`, {
      where: fileName,
      expected: `a target column named ${quoteCell(options.target)}`,
      received: `the columns ${someOf(raw.names.map(quoteCell), 12)}`,
      fix: 'Choose one of the existing columns as target.',
    })
  }
  if (columns.length < 2) return undefined
  const possible = columns.filter(
    ({ type }, index) => type !== 'tensor' && type !== 'text' && !saysParts(raw.columns[index]!),
  )
  return possible.findLast((column) => targetNames.test(column.name)) ?? possible.at(-1)
}

function isClassNumbers(present: readonly string[], distinct: ReadonlySet<string>, decimalComma: boolean): boolean {
  const values = new Set([...distinct].map((cell) => parseNumber(cell, decimalComma)))
  if (![...values].every(Number.isInteger)) return false
  return values.size <= 2 || (values.size <= 20 && present.length >= 5 * values.size)
}

function isId(
  column: ColumnSettings,
  present: readonly string[],
  distinct: ReadonlySet<string>,
  rows: number,
  decimalComma: boolean,
): boolean {
  if (distinct.size < rows || rows < 3) return false
  if (column.type === 'categorical') return rows > 20 || idNames.test(column.name)
  if (!present.every((cell) => cellKind(cell, decimalComma) === 'number')) return false
  const values = present.map((cell) => parseNumber(cell, decimalComma))
  if (!values.every(Number.isInteger)) return false
  const counts = values.every((value, index) => index === 0 || value === values[index - 1]! + 1)
  return idNames.test(column.name) || (counts && rows >= 20 && (values[0] === 0 || values[0] === 1))
}

function canStratify(raw: RawTable, columns: readonly ColumnSettings[], csv: CsvOptions): boolean {
  const index = columns.findIndex((column) => column.role === 'target')
  const isMissing = missingTest(csv.missingMarkers, columns[index]?.missingMarkers)
  const counts = new Map<string, number>()
  const cells = raw.columns[index]
  for (const cell of cells && isCells(cells) ? cells : [])
    if (!isMissing(cell)) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  return counts.size > 1 && [...counts.values()].every((count) => count > 1)
}

/** The transform and the filling of missing cells that suit a column's type and role. */
export function applyDefaults(column: ColumnSettings): void {
  if (column.type === 'numeric') {
    column.transform = 'standardize'
    column.missing = 'mean'
  } else if (column.type === 'categorical') {
    column.transform = column.role === 'target' ? 'ordinal' : 'one-hot'
    column.missing = 'most-frequent'
  } else if (column.type === 'text') {
    column.transform = 'tokens'
    column.missing = 'constant'
    column.fillValue ??= ''
  } else column.missing = 'error'
  if (column.role === 'target') column.missing = 'drop-row'
}
