import * as v from 'valibot'
import type { ColumnProfile, ColumnSettings, DatasetDescription, DataWarning, Thumbnail } from '../../data/dataset.ts'
import type { Diagnostic } from '../../graph/diagnostic.ts'
import type { DatasetSignature } from '../../graph/document.ts'
import { idSchema, inProject, pathSchema } from './common.ts'
import { method } from './define.ts'

export interface DatasetView {
  description: DatasetDescription
  signature: DatasetSignature
  problems: (Diagnostic | DataWarning)[]
  /** Rows of each part under the current split settings; `unlabelled` are those of the training part that have no target. */
  splitCounts: { train: number; validation: number; test: number; unlabelled: number }
}

export type RowPart = 'train' | 'validation' | 'test' | 'unlabelled' | 'dropped'

export interface RowPage {
  columns: string[]
  /** Cells as text in source units; null = missing. */
  rows: (string | null)[][]
  /** Small pictures of the cells of each column that holds arrays, by its name, one a row. */
  thumbnails: Record<string, Thumbnail[]>
  /** Part each row belongs to. */
  parts: RowPart[]
  from: number
  total: number
}

const inDataset = { ...inProject, dataset: idSchema }

const csvOptions = v.partial(
  v.object({
    delimiter: v.nullable(v.string()),
    header: v.nullable(v.boolean()),
    decimalComma: v.boolean(),
    missingMarkers: v.array(v.string()),
  }),
)

const columnSettings = v.object({
  name: v.string(),
  type: v.picklist(['numeric', 'categorical', 'tensor', 'text']),
  role: v.picklist(['feature', 'target', 'ignore']),
  transform: v.picklist(['none', 'standardize', 'min-max', 'robust', 'one-hot', 'ordinal', 'rescale', 'tokens']),
  missing: v.picklist(['mean', 'median', 'most-frequent', 'constant', 'drop-row', 'error']),
  fillValue: v.optional(v.union([v.number(), v.string()])),
  categories: v.optional(v.array(v.string())),
  missingMarkers: v.optional(v.array(v.string())),
  unseen: v.optional(v.picklist(['error', 'zeros'])),
  shape: v.optional(v.array(v.number())),
  tokens: v.optional(
    v.object({
      level: v.picklist(['word', 'character']),
      standardize: v.boolean(),
      vocabulary: v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(1000000)),
      length: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65536)),
    }),
  ),
})

const splitSettings = v.object({
  test: v.pipe(v.number(), v.minValue(0), v.maxValue(0.9)),
  validation: v.pipe(v.number(), v.minValue(0), v.maxValue(0.9)),
  stratify: v.boolean(),
  shuffle: v.boolean(),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0)),
  heldOut: v.optional(v.array(v.string())),
  given: v.optional(v.string()),
})

export const datasets = {
  /** Reads a file of the engine's machine, or text handed over (browser upload), and adds it to the project. */
  import: method<DatasetView>()(
    v.object({
      ...inProject,
      path: v.optional(pathSchema),
      upload: v.optional(v.object({ name: v.string(), bytes: v.instance(Uint8Array) })),
      csv: v.optional(csvOptions),
    }),
  ),
  get: method<DatasetView>()(v.object(inDataset)),
  /** Changes columns, split or reading options; reading options read the file again. */
  update: method<DatasetView>()(
    v.object({
      ...inDataset,
      name: v.optional(v.string()),
      columns: v.optional(v.array(columnSettings)),
      split: v.optional(splitSettings),
      csv: v.optional(csvOptions),
    }),
  ),
  profile: method<ColumnProfile[]>()(v.object(inDataset)),
  rows: method<RowPage>()(
    v.object({
      ...inDataset,
      from: v.pipe(v.number(), v.integer(), v.minValue(0)),
      count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    }),
  ),
  remove: method<null>()(v.object(inDataset)),
}

export type { ColumnSettings }
