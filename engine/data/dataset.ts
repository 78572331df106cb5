import type { JsonObject } from '../base/json.ts'

/**
 * Numeric columns hold finite numbers; categorical ones hold labels; tensor ones hold an array of one shape in every row (an image of
 * height, width, channels, a video, a series of readings); text ones hold running text.
 */
export type ColumnType = 'numeric' | 'categorical' | 'tensor' | 'text'
export type ColumnRole = 'feature' | 'target' | 'ignore'
/**
 * Numeric: none, standardize (z-score), min-max, robust (median and IQR). Categorical: one-hot, ordinal (index in the column's category
 * order). Tensor: none, rescale (1/255). Text: tokens (ids of words or characters).
 */
export type ColumnTransform =
  | 'none'
  | 'standardize'
  | 'min-max'
  | 'robust'
  | 'one-hot'
  | 'ordinal'
  | 'rescale'
  | 'tokens'
/** What fills a missing cell; `drop-row` leaves the row out, `error` refuses. Statistics come from training rows. */
export type MissingPolicy = 'mean' | 'median' | 'most-frequent' | 'constant' | 'drop-row' | 'error'

/** What the user decides about one column. */
export interface ColumnSettings {
  name: string
  type: ColumnType
  role: ColumnRole
  transform: ColumnTransform
  missing: MissingPolicy
  /** For `missing: 'constant'`. */
  fillValue?: number | string
  /** Category order; inferred (sorted, numbers by value) and editable. Required for categorical columns. */
  categories?: string[]
  /** Further cells of this column alone that mean "missing" (a few texts among numbers, say). */
  missingMarkers?: string[]
  /** A label that is not among `categories`: refused (the default), or encoded as all zeros by one-hot. */
  unseen?: 'error' | 'zeros'
  /** Tensor: dimensions of one cell, `[height, width, channels]` for an image. */
  shape?: number[]
  /** Text: how it becomes ids. */
  tokens?: TokenSettings
}

/** How a text becomes a row of ids, as Keras' TextVectorization: 0 pads, 1 is whatever the vocabulary lacks. */
export interface TokenSettings {
  level: 'word' | 'character'
  /** Lower case, and at the level of words without punctuation. */
  standardize: boolean
  /** Ids there are at most, 0 and 1 included; the most frequent tokens of the training rows get the others. */
  vocabulary: number
  /** Ids a row: longer texts are cut off at their end, shorter ones padded there. */
  length: number
}

/** How a delimited text is read; `null` = detect. */
export interface CsvOptions {
  delimiter: string | null
  header: boolean | null
  /** Decimal comma (`1,5`) instead of a point; never guessed from a single cell. */
  decimalComma: boolean
  /** Cells that mean "missing", besides the empty cell. */
  missingMarkers: string[]
  /** UTF-8 and UTF-16 (by its byte order mark) are recognised; an older encoding must be named. Default `utf-8`. */
  encoding?: 'utf-8' | 'windows-1252'
}

export interface SplitSettings {
  /** Fractions of all rows; the rest trains. */
  test: number
  validation: number
  /** Keep class proportions (classification targets only). */
  stratify: boolean
  /** False for time series: the last rows test, those before validate. */
  shuffle: boolean
  seed: number
  /** Labels of the target that neither train nor validate: all their rows test, as what a detector of anomalies has never seen. */
  heldOut?: string[]
  /**
   * Column that says which part a row belongs to (`train`, `validation`, `test`). Parts it names are taken as they are; the others are
   * drawn from the rows it calls `train`.
   */
  given?: string
}

/** A data set as a project describes it. Small files are embedded in the project, large ones stay where they are. */
export interface DatasetDescription {
  id: string
  name: string
  source: DatasetSource
  csv: CsvOptions
  columns: ColumnSettings[]
  split: SplitSettings
  rowCount: number
}

export interface DatasetSource {
  kind: 'embedded' | 'file'
  /** File name (embedded) or absolute path (file). */
  path: string
  /** Bytes of the original text. */
  size: number
  /** SHA-256 of the original bytes, hexadecimal. */
  hash: string
  /** Files that belong to it (labels beside images, a test part), found by their names in the same folder. */
  companions?: { name: string; size: number; hash: string }[]
}

/**
 * A table in memory, column by column. Numeric cells: NaN = missing. Categorical cells: -1 = missing, else an index into `labels`.
 * Tensor cells: one after the other, none missing; bytes stay bytes. Text cells: null = missing.
 */
export interface Table {
  rowCount: number
  columns: TableColumn[]
}

export type TableColumn =
  | { name: string; type: 'numeric'; values: Float64Array }
  | { name: string; type: 'categorical'; labels: string[]; codes: Int32Array }
  | TensorColumn
  | TextColumn

export interface TensorColumn {
  name: string
  type: 'tensor'
  /** Of one cell. */
  shape: number[]
  /** Row-major, rows x elements of the shape. */
  data: Uint8Array | Float32Array
}

export interface TextColumn {
  name: string
  type: 'text'
  texts: (string | null)[]
}

/** Statistics and warnings of one column, for the data view. */
export interface ColumnProfile {
  name: string
  type: ColumnType
  count: number
  missing: number
  distinct: number
  numeric?: { min: number; max: number; mean: number; standardDeviation: number; quantiles: [number, number, number] }
  /** Bars of a histogram (numeric, values of tensors, tokens a text: 12 equal bins; categorical: the most frequent labels first, at most 24). */
  histogram: { label: string; count: number; from?: number; to?: number }[]
  /** Text: the most frequent tokens, at most 24. */
  words?: { label: string; count: number }[]
  /** Tensor: the first cells as small pictures. */
  thumbnails?: Thumbnail[]
  warnings: DataWarning[]
}

/** A cell as a small picture: grey or red, green and blue bytes, row by row. */
export interface Thumbnail {
  width: number
  height: number
  channels: 1 | 3
  bytes: Uint8Array
}

export interface DataWarning {
  code: string
  column?: string
  message: string
  fix?: string
}

/** Row numbers of each part, ascending. */
export interface Split {
  train: Int32Array
  validation: Int32Array
  test: Int32Array
  /** Rows of the training part without a label, apart from `train`; only where training makes use of them. */
  unlabelled?: Int32Array
}

/** State fitted on training rows only; plain JSON, stored with every run and exported with it. */
export interface FittedPreprocessing {
  version: 1
  features: FittedColumn[]
  targets: FittedColumn[]
}

/** One source column and the numbers that turn it into one or several model columns. */
export interface FittedColumn {
  name: string
  type: ColumnType
  transform: ColumnTransform
  /** y = (x - shift) * scale for numeric and tensor transforms (none: 0 and 1). */
  shift: number
  scale: number
  /** Value that replaces a missing cell (numeric: in source units; categorical: a label); null = a missing cell is an error or drops the row. */
  fill: number | string | null
  /** Categorical: the categories in order. */
  categories?: string[]
  /** Categories that training rows did not contain and policy for unseen labels live in details. */
  details?: JsonObject
  /** Number of model columns (one-hot: one a category; tensor: its elements; text: its length; else 1). */
  width: number
  /** Tensor: dimensions of one cell. */
  shape?: number[]
  /** Text: the tokens in the order of their ids, which begin with 2. */
  vocabulary?: string[]
  tokens?: TokenSettings
}

/** A matrix of model-ready numbers. */
export interface EncodedMatrix {
  rowCount: number
  width: number
  /** Row-major, rowCount x width. */
  data: Float32Array
  /** Name of each model column (`petal_length`, `colour=red`). */
  names: string[]
}

/** A model-ready target: class indices or numbers (one column), with what is needed to undo it. */
export interface EncodedTarget {
  column: string
  kind: 'classes' | 'numeric'
  /** kind classes: the names, index = class. */
  classes?: string[]
  /** rowCount values: class index, or the (possibly standardised) number. */
  data: Float32Array
  /** Undo for numbers: source = value / scale + shift. */
  shift: number
  scale: number
}
