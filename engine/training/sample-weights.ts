import { LaminaError } from '../base/errors.ts'
import type { FittedPreprocessing, Table } from '../data/dataset.ts'
import { encodeTarget } from '../data/preprocess.ts'
import { suggestion } from '../layers/near-matches.ts'
import type { TrainingPlan } from './plan.ts'

/** What the plan says about weights, and the rows that train. */
export interface SampleWeights extends Pick<TrainingPlan, 'classWeight' | 'sampleWeight'> {
  rows: Int32Array
  /** Rows without a label that may train; they have no class yet, so only the column weighs them. */
  unlabelled?: Int32Array
}

/** n / (k n_c) for each class of the given rows (scikit-learn's `balanced`; k counts the classes that occur); 0 for a class without rows. */
export function balancedClassWeights(labels: ArrayLike<number>, rows: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const row of rows) {
    const label = labels[row] as number
    counts[label] = (counts[label] ?? 0) + 1
  }
  const present = counts.filter((count) => count > 0).length
  return counts.map((count) => (count === 0 ? 0 : rows.length / (present * count)))
}

/** Balanced weights of the classes of a column, and the class of each row; null where it has none. */
export function classWeightsOf(
  table: Table,
  fitted: FittedPreprocessing,
  column: string | undefined,
  rows: Int32Array,
): { weights: number[]; labels: Float32Array } | null {
  const target = column === undefined ? null : encodeTarget(table, fitted, column)
  if (target?.kind !== 'classes') return null
  return { weights: balancedClassWeights(target.data, rows, target.classes?.length ?? 0), labels: target.data }
}

/**
 * How much each row of a table counts in training: the weight of its class times the number in the column of sample weights. Throws
 * `training.sample-weight` when that column is missing, not numeric or holds a negative or missing number in a training row.
 */
export function weightRows(
  table: Table,
  fitted: FittedPreprocessing,
  targetColumn: string | undefined,
  { classWeight, sampleWeight, rows, unlabelled = new Int32Array() }: SampleWeights,
): Float32Array {
  const weights = new Float32Array(table.rowCount).fill(1)
  const ofClass = classWeight === 'balanced' ? classWeightsOf(table, fitted, targetColumn, rows) : null
  if (ofClass) for (const row of rows) weights[row] = ofClass.weights[ofClass.labels[row] as number] as number
  if (sampleWeight === '') return weights
  const values = numbersOf(table, sampleWeight)
  for (const row of [...rows, ...unlabelled]) {
    const value = values[row] as number
    if (!(value >= 0 && value <= 3.4e38))
      throw weightError(
        'A sample weight is no number from 0 upward.',
        'numbers from 0 upward',
        `${value} in row ${row + 1}`,
      )
    weights[row] = (weights[row] as number) * value
  }
  return weights
}

function numbersOf(table: Table, name: string): Float64Array {
  const column = table.columns.find((item) => item.name === name)
  const numeric = table.columns.filter((item) => item.type === 'numeric').map((item) => item.name)
  if (column?.type === 'numeric') return column.values
  throw weightError(
    column
      ? `The column "${name}" holds labels, not weights.`
      : `There is no column "${name}" to take sample weights from.`,
    `one of ${numeric.join(', ')}`,
    name,
    column ? 'Choose a numeric column.' : suggestion(name, numeric),
  )
}

function weightError(message: string, expected: string, received: string, fix?: string): LaminaError {
  return new LaminaError({
    code: 'training.sample-weight',
    message,
    where: 'training.sampleWeight',
    expected,
    received,
    fix: fix ?? 'Correct the column, or leave the field empty.',
  })
}
