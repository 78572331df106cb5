import { elementCount } from '../base/shape.ts'
import type {
  ColumnSettings,
  FittedColumn,
  FittedPreprocessing,
  Table,
  TableColumn,
  TensorColumn,
  TextColumn,
} from './dataset.ts'
import { allMissing, fittedOf, policyOf, typeMismatch } from './fitted.ts'
import { columnOf } from './table.ts'
import { fitVocabulary, suggestTokens, tokenIds, writeTokens } from './tokens.ts'
import { transformOf } from './transforms/index.ts'

/** Nothing of arrays is learned from rows; only how they lie is kept. */
export function fitTensor({ name, shape, data }: TensorColumn, settings: ColumnSettings): FittedColumn {
  const { shift, scale } = transformOf(settings.transform, 'tensor', name)
  const element = data instanceof Uint8Array ? 'uint8' : 'float32'
  const base = { name, type: 'tensor', transform: settings.transform, shift, scale, fill: null } as const
  return { ...base, width: elementCount(shape), shape: [...shape], details: { ...policyOf(settings), element } }
}

/** The vocabulary of the training rows. Throws `data.all-missing`. */
export function fitText({ name, texts }: TextColumn, settings: ColumnSettings, rows: Int32Array): FittedColumn {
  transformOf(settings.transform, 'text', name)
  const tokens = settings.tokens ?? suggestTokens(texts)
  const vocabulary = fitVocabulary(
    Array.from(rows, (row) => texts[row]!),
    tokens,
  )
  if (vocabulary.length === 0) throw allMissing(name)
  const fill = settings.missing === 'constant' ? String(settings.fillValue ?? '') : null
  const base = { name, type: 'text', transform: settings.transform, shift: 0, scale: 1 } as const
  return { ...base, fill, width: tokens.length, tokens, vocabulary, details: policyOf(settings) }
}

/** Writes the model columns of a column of arrays or of text into each row, from `offset` on. Throws `data.type-mismatch`. */
export function writeArrays(
  column: TableColumn,
  fitted: FittedColumn,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  if (column.type !== fitted.type) throw typeMismatch(fitted, column.type)
  if (column.type === 'tensor') writeTensor(column, fitted, out, offset, stride)
  else if (column.type === 'text') writeText(column, fitted, out, offset, stride)
}

function writeTensor(
  column: TensorColumn,
  fitted: FittedColumn,
  out: Float32Array,
  offset: number,
  stride: number,
): void {
  const { data } = column
  const { width, shift, scale } = fitted
  for (let from = 0, at = offset; from < data.length; from += width, at += stride)
    for (let k = 0; k < width; k += 1) out[at + k] = (data[from + k]! - shift) * scale
}

function writeText(column: TextColumn, fitted: FittedColumn, out: Float32Array, offset: number, stride: number): void {
  const ids = tokenIds(fitted.vocabulary ?? [])
  const fill = fitted.fill === null ? null : String(fitted.fill)
  for (const [row, cell] of column.texts.entries()) {
    const text = cell ?? fill
    const at = offset + row * stride
    if (text === null) out.fill(Number.NaN, at, at + fitted.width)
    else writeTokens(text, fitted.tokens!, ids, out, at)
  }
}

/**
 * The arrays of a column as they lie in memory, with what makes model numbers of them (`value * scale + shift`), where an Input takes just
 * that column: bytes are then never widened. Null where a copy is needed. Throws `data.type-mismatch`, `data.missing-column`.
 */
export function sharedTensor(
  table: Table,
  fitted: FittedPreprocessing,
  columnNames: readonly string[],
): { data: Uint8Array | Float32Array; scale: number; shift: number } | null {
  if (columnNames.length !== 1) return null
  const of = fittedOf(fitted.features, columnNames[0]!)
  if (of.type !== 'tensor') return null
  const column = columnOf(table, of.name)
  if (column.type !== 'tensor') throw typeMismatch(of, column.type)
  const isPlain = of.scale === 1 && of.shift === 0
  if (column.data instanceof Float32Array && !isPlain) return null
  return { data: column.data, scale: of.scale, shift: isPlain ? 0 : -of.shift * of.scale }
}
