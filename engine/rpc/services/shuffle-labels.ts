import { Random, Stream } from '../../base/rng.ts'
import type { DatasetDescription, Table } from '../../data/dataset.ts'
import { pickRows } from '../../data/table.ts'

/** Substream that no split uses. */
const LABELS = 2 ** 16

/** The table with its target cells in random order: nothing is left to learn, so a sound evaluation finds chance. */
export function shuffleLabels(table: Table, description: DatasetDescription, seed: number): Table {
  const targets = new Set(description.columns.filter((column) => column.role === 'target').map((column) => column.name))
  const order = new Random(seed, Stream.split, LABELS).shuffle(
    Int32Array.from({ length: table.rowCount }, (_, row) => row),
  )
  return {
    ...table,
    columns: table.columns.map((column) => (targets.has(column.name) ? pickRows(column, order) : column)),
  }
}
