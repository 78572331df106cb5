import { elementCount } from '../base/shape.ts'
import type { SlotBinding } from '../compile/compile.ts'
import { sharedTensor } from '../data/arrays.ts'
import type {
  ColumnSettings,
  DatasetDescription,
  EncodedTarget,
  FittedPreprocessing,
  Split,
  Table,
} from '../data/dataset.ts'
import { encodeFeatures, encodeTarget, fitPreprocessing, rowsWithoutMissing } from '../data/preprocess.ts'
import type { DatasetSignature } from '../graph/document.ts'
import type { DataSlot } from '../native/program.ts'
import { type SampleWeights, weightRows } from './sample-weights.ts'

/** What a data set looks like to a network once its preprocessing is fitted. */
export function signatureOf(fitted: FittedPreprocessing, rowCount: number): DatasetSignature {
  return {
    rowCount,
    features: fitted.features.map(featureOf),
    targets: fitted.targets.map((target) =>
      target.type === 'categorical'
        ? { column: target.name, kind: 'classes', classes: target.categories ?? [] }
        : { column: target.name, kind: 'numeric' },
    ),
  }
}

/** What a feature column offers to a network, from its settings or from what was fitted. */
export function featureOf(
  column: Pick<ColumnSettings, 'name' | 'type' | 'transform' | 'categories' | 'shape' | 'tokens'>,
): DatasetSignature['features'][number] {
  const { name, type, transform, categories = [], shape = [], tokens } = column
  switch (type) {
    case 'tensor':
      return { name, width: elementCount(shape), shape, scaled: transform !== 'none' }
    case 'text':
      return { name, width: tokens?.length ?? 1, ids: tokens?.vocabulary ?? 2, text: true }
    case 'categorical':
      return transform === 'one-hot'
        ? { name, width: categories.length || 1, scaled: true }
        : { name, width: 1, ids: categories.length }
    case 'numeric':
      return { name, width: 1, scaled: transform !== 'none' }
  }
}

/** A split without the rows that the missing-value policy leaves out, and what was fitted on its training part. */
export interface PreparedData {
  split: Split
  fitted: FittedPreprocessing
  signature: DatasetSignature
}

/**
 * Fits preprocessing on the training rows only, or takes what was fitted before. Rows without a target are left out, unless `targets` is
 * false: a network that learns without one takes them all.
 */
export function prepareData(
  table: Table,
  description: DatasetDescription,
  split: Split,
  fitted?: FittedPreprocessing,
  options: { targets?: boolean } = {},
): PreparedData {
  const usable = new Set(rowsWithoutMissing(table, description, undefined, options))
  const keep = (rows: Int32Array) => (usable.size === table.rowCount ? rows : rows.filter((row) => usable.has(row)))
  const kept = { train: keep(split.train), validation: keep(split.validation), test: keep(split.test) }
  const preprocessing = fitted ?? fitPreprocessing(table, description, kept.train)
  return { split: kept, fitted: preprocessing, signature: signatureOf(preprocessing, table.rowCount) }
}

/**
 * The rows of a table as the data slots of a compiled model. Without `targets` only inputs are filled, for prediction; `weights` are for
 * training. Throws `data.*` and `training.sample-weight`.
 */
export function bindSlots(
  bindings: readonly SlotBinding[],
  table: Table,
  fitted: FittedPreprocessing,
  options: { targets: boolean; weights?: SampleWeights } = { targets: true },
): DataSlot[] {
  const slots: DataSlot[] = []
  for (const binding of bindings) {
    const rowSize = binding.rowShape.reduce((product, size) => product * size, 1)
    const shared = binding.kind === 'input' ? sharedTensor(table, fitted, binding.columns) : null
    slots[binding.slot] = { rowSize, ...(shared ?? { data: rowsOf(binding, table, fitted, rowSize, options) }) }
  }
  return slots
}

function rowsOf(
  binding: SlotBinding,
  table: Table,
  fitted: FittedPreprocessing,
  rowSize: number,
  options: { targets: boolean; weights?: SampleWeights },
): Float32Array {
  if (binding.kind === 'input') return encodeFeatures(table, fitted, binding.columns).data
  if (binding.kind === 'weight')
    return options.weights ? weightRows(table, fitted, binding.columns[0], options.weights) : new Float32Array()
  return options.targets ? targetRows(binding, table, fitted, rowSize) : new Float32Array()
}

function targetRows(binding: SlotBinding, table: Table, fitted: FittedPreprocessing, rowSize: number): Float32Array {
  const target = encodeTarget(table, fitted, binding.columns[0] as string)
  return binding.encoding === 'one-hot' ? oneHot(target, rowSize) : target.data
}

function oneHot(target: EncodedTarget, classes: number): Float32Array {
  const rows = new Float32Array(target.data.length * classes)
  for (const [row, label] of target.data.entries()) rows[row * classes + label] = 1
  return rows
}
