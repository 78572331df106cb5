import { LaminaError } from '../base/errors.ts'
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
import {
  encodeFeatures,
  encodeTarget,
  fitPreprocessing,
  refuseMissingCells,
  rowsWithoutMissing,
} from '../data/preprocess.ts'
import { columnOf } from '../data/table.ts'
import type { DatasetSignature, GraphDocument } from '../graph/document.ts'
import type { DataSlot } from '../native/program.ts'
import { nothingToLabel } from './objective-pseudo-labels.ts'
import { usesTargets } from './objectives.ts'
import type { TrainingPlan } from './plan.ts'
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
      return {
        name,
        width: 1,
        scaled: transform !== 'none',
        ...(transform === 'standardize' || transform === 'robust' ? { movesZero: transform } : {}),
      }
  }
}

/** A split without the rows that the missing-value policy leaves out, and what was fitted on its training part. */
export interface PreparedData {
  /** The data as it is used: with unlabelled rows a missing target leaves a row out of what is measured, whatever the policy. */
  description: DatasetDescription
  split: Split
  fitted: FittedPreprocessing
  signature: DatasetSignature
}

export interface PrepareOptions {
  /** Whether the network learns from targets (default true); one that does not takes rows without a target as any others. */
  targets?: boolean
  /** Keeps rows of the training part that lack only the target, as `split.unlabelled`. */
  unlabelled?: boolean
}

/** Which rows a model learns from. */
export function wantedRows(document: GraphDocument, plan: Pick<TrainingPlan, 'pseudoLabels'>): PrepareOptions {
  const targets = usesTargets(document)
  return { targets, unlabelled: targets && plan.pseudoLabels.enabled }
}

/**
 * Fits preprocessing on the training rows only, or takes what was fitted before. Rows without a target are left out, unless the options say
 * otherwise. Unlabelled rows take part in fitting the features: no label is used for it.
 * Throws `data.*`, and `training.pseudo-labels` when no unlabelled row is there.
 */
export function prepareData(
  table: Table,
  given: DatasetDescription,
  split: Split,
  fitted?: FittedPreprocessing,
  options: PrepareOptions = {},
): PreparedData {
  const description = options.unlabelled ? acceptUnlabelled(table, given, split) : given
  const usable = new Set(rowsWithoutMissing(table, description, undefined, options))
  const keep = (rows: Int32Array) => (usable.size === table.rowCount ? rows : rows.filter((row) => usable.has(row)))
  const kept = { train: keep(split.train), validation: keep(split.validation), test: keep(split.test) }
  const inputs = options.unlabelled
    ? rowsWithoutMissing(table, description, split.train, { targets: false })
    : kept.train
  const preprocessing = fitted ?? fitPreprocessing(table, description, inputs)
  const signature = signatureOf(preprocessing, table.rowCount)
  if (!options.unlabelled) return { description, split: kept, fitted: preprocessing, signature }
  const unlabelled = inputs.filter((row) => !usable.has(row))
  if (unlabelled.length === 0) throw new LaminaError(nothingToLabel(kept.train.length))
  return { description, split: { ...kept, unlabelled }, fitted: preprocessing, signature }
}

/**
 * A description by which rows without a target are left out rather than refused. Throws `data.missing-value` where the policy refuses them
 * and one is to validate or test.
 */
export function acceptUnlabelled(
  table: Table,
  description: DatasetDescription,
  split?: Pick<Split, 'validation' | 'test'>,
): DatasetDescription {
  const strict = (column: ColumnSettings) => column.role === 'target' && column.missing === 'error'
  for (const { name } of description.columns.filter(strict))
    for (const rows of [split?.validation, split?.test]) if (rows) refuseMissingCells(columnOf(table, name), rows)
  const columns = description.columns.map((column) =>
    strict(column) ? { ...column, missing: 'drop-row' as const } : column,
  )
  return { ...description, columns }
}

/** Rows of a training part that lack only the target, whatever the policy says of them. */
export function unlabelledRows(table: Table, description: DatasetDescription, rows: Int32Array): Int32Array {
  const labelled = new Set(rowsWithoutMissing(table, acceptUnlabelled(table, description), rows))
  return rowsWithoutMissing(table, description, rows, { targets: false }).filter((row) => !labelled.has(row))
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
    return options.weights ? weightRows(table, fitted, onlyColumn(binding), options.weights) : new Float32Array()
  return options.targets ? targetRows(binding, table, fitted, rowSize) : new Float32Array()
}

/** The target column of a slot, where it is one: several have no classes that could be balanced. */
export function onlyColumn({ columns }: SlotBinding): string | undefined {
  return columns.length === 1 ? columns[0] : undefined
}

function targetRows(binding: SlotBinding, table: Table, fitted: FittedPreprocessing, rowSize: number): Float32Array {
  if (binding.columns.length > 1) return sideBySide(binding.columns.map((name) => encodeTarget(table, fitted, name)))
  const target = encodeTarget(table, fitted, binding.columns[0] as string)
  return binding.encoding === 'one-hot' ? oneHot(target, rowSize) : target.data
}

/** Several target columns, one number each a row. */
function sideBySide(targets: readonly EncodedTarget[]): Float32Array {
  const width = targets.length
  const rows = new Float32Array((targets[0]?.data.length ?? 0) * width)
  for (const [unit, { data }] of targets.entries())
    for (const [row, value] of data.entries()) rows[row * width + unit] = value
  return rows
}

function oneHot(target: EncodedTarget, classes: number): Float32Array {
  const rows = new Float32Array(target.data.length * classes)
  for (const [row, label] of target.data.entries()) rows[row * classes + label] = 1
  return rows
}
