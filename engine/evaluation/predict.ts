import type { DatasetDescription, FittedColumn, FittedPreprocessing, Table } from '../data/dataset.ts'
import { inverseTarget, rowsWithoutMissing } from '../data/preprocess.ts'
import type { DataSlot, NativeAddon } from '../native/program.ts'
import { bindSlots } from '../training/prepare.ts'
import type { TrainedModel } from '../training/trainer.ts'
import { ModelSession } from '../training/trainer-session.ts'
import { classPredictions } from './classification-report.ts'
import { inSourceUnits } from './generation-report.ts'
import {
  imitationOf,
  type ModelColumn,
  maskOfRows,
  modelColumns,
  reconstructionOf,
  rowErrors,
} from './reconstruction.ts'
import { unitOf } from './several-targets.ts'

/** What one Output says about rows; of several target columns, what it says about each. */
export type OutputPrediction = { output: string; target: string } & (
  | {
      kind: 'classes'
      classes: readonly string[]
      /** Class index of each row. */
      predicted: Int32Array
      /** Row-major rows x classes. */
      scores: Float64Array
    }
  /** Numbers in source units, row-major rows x width. */
  | { kind: 'numeric'; width: number; values: Float64Array }
  /** Generated samples, in the source units of the columns they imitate where there are such. */
  | { kind: 'generation'; width: number; columns: readonly ModelColumn[]; values: Float64Array }
  /** What an autoencoder gives back of `columns`, in source units, and the mean squared error of each row in scaled units. */
  | { kind: 'reconstruction'; columns: readonly ModelColumn[]; values: Float64Array; errors: Float64Array }
)

export interface Predictions {
  /** The rows that were predicted; rows left out lack a value that the preprocessing does not fill. */
  rows: Int32Array
  outputs: OutputPrediction[]
}

export interface PredictOptions {
  threads?: number
  rows?: Int32Array
}

/** Predicts the rows of a table that has the feature columns of the run; the target may be absent. Throws `data.*`. */
export async function predictTable(
  native: NativeAddon,
  model: TrainedModel,
  description: DatasetDescription,
  table: Table,
  options: PredictOptions = {},
): Promise<Predictions> {
  const rows = rowsWithoutMissing(table, description, options.rows, { targets: false })
  const session = new ModelSession(native, model.compiled, { threads: options.threads ?? 1, seed: 0 })
  try {
    const slots = bindSlots(model.compiled.slots, table, model.fitted, { targets: false })
    session.bind(slots)
    session.load(model.persistent)
    return { rows, outputs: interpretOutputs(model, await session.predict(rows), { slots, rows }) }
  } finally {
    session.dispose()
  }
}

/** Raw outputs of a session as classes or numbers in source units. */
function interpretOutputs(
  model: TrainedModel,
  outputs: readonly Float32Array[],
  fed: { slots: readonly DataSlot[]; rows: Int32Array },
): OutputPrediction[] {
  return model.compiled.outputs.flatMap(({ node, name, rowShape }, index): OutputPrediction | OutputPrediction[] => {
    const data = outputs[index] as Float32Array
    const width = rowShape.reduce((product, size) => product * size, 1)
    const imitation = imitationOf(model, node)
    if (imitation) {
      const { columns } = imitation
      return { output: name, target: '', kind: 'generation', width, columns, values: inSourceUnits(data, columns) }
    }
    const reconstruction = reconstructionOf(model, node)
    if (reconstruction) {
      const { binding } = reconstruction
      const columns = modelColumns(model.fitted, binding.columns)
      const values = inSourceUnits(data, columns)
      const mask = maskOfRows(model, node, outputs)
      const errors = rowErrors(data, fed.slots[binding.slot] as DataSlot, fed.rows, mask).squared
      return { output: name, target: '', kind: 'reconstruction', columns, values, errors }
    }
    const [column, ...others] = targetsOf(model, node)
    if (!column) return { output: name, target: '', kind: 'numeric', width, values: Float64Array.from(data) }
    if (others.length === 0) return columnPrediction(name, column, data, width)
    // One unit a column.
    return [column, ...others].map((each, unit) => columnPrediction(name, each, unitOf(data, width, unit), 1))
  })
}

function columnPrediction(output: string, column: FittedColumn, data: Float32Array, width: number): OutputPrediction {
  const base = { output, target: column.name }
  if (column.type === 'categorical')
    return { ...base, kind: 'classes', classes: column.categories ?? [], ...classPredictions(data, width) }
  return { ...base, kind: 'numeric', width, values: inverseTarget(column, data) }
}

/** The fitted target columns of an Output node. */
export function targetsOf(
  { compiled, fitted }: { compiled: Pick<TrainedModel['compiled'], 'slots'>; fitted: FittedPreprocessing },
  node: string,
): FittedColumn[] {
  const columns = compiled.slots.find((slot) => slot.kind === 'target' && slot.node === node)?.columns ?? []
  return columns.flatMap((column) => fitted.targets.filter(({ name }) => name === column))
}
