import { LaminaError } from '../../base/errors.ts'
import type { DatasetDescription, Table } from '../../data/dataset.ts'
import { readCompanions, readDataFile } from '../../data/files.ts'
import { loadTable } from '../../data/infer.ts'
import { rowsWithoutMissing } from '../../data/preprocess.ts'
import type { DataFile } from '../../data/readers/reader.ts'
import { splitTable } from '../../data/split.ts'
import type { DatasetSignature } from '../../graph/document.ts'
import type { ProjectStore } from '../../store/projects.ts'
import { featureOf, unlabelledRows } from '../../training/prepare.ts'
import type { DatasetView, RowPart } from '../contract/datasets.ts'

const KEPT = 4

/** Bytes and parsed tables of a project's data sets; the few used last stay in memory. */
export class DatasetCache {
  readonly #store: ProjectStore
  readonly #tables = new Map<string, Table>()

  constructor(store: ProjectStore) {
    this.#store = store
  }

  description(id: string): DatasetDescription {
    return this.#store.datasets.get(id).description as unknown as DatasetDescription
  }

  /** The original bytes, from the project or from the file they stayed in. Throws `data.file-missing`. */
  bytes(description: DatasetDescription): Uint8Array {
    const embedded = this.#embedded(description)
    return embedded ?? readDataFile(description.source.path)
  }

  /** Files that belong to it; they lie beside it. */
  companions({ source }: DatasetDescription): DataFile[] {
    return source.companions ? readCompanions(source.path) : []
  }

  /**
   * The table as described; descriptions that differ from the present one (of a run, with overrides) are read the same
   * way. Throws `data.file-changed` when the bytes are not those it was described from.
   */
  table(description: DatasetDescription): Table {
    const { source, csv, columns } = description
    const key = JSON.stringify([
      source.hash,
      source.companions,
      csv,
      columns.map((c) => [c.name, c.type, c.categories, c.missing]),
    ])
    const known = this.#tables.get(key)
    const table = known ?? loadTable(this.bytes(description), description, this.companions(description))
    this.#tables.delete(key)
    this.#tables.set(key, table)
    for (const oldest of [...this.#tables.keys()].slice(0, -KEPT)) this.#tables.delete(oldest)
    return table
  }

  /** Embedded bytes of the data set, or of another with the same hash: a run outlives the data set it was made from. */
  #embedded(description: DatasetDescription): Uint8Array | null {
    const { source } = description
    if (source.kind === 'file') return null
    const stored = this.#store.datasets.list()
    const sameHash = (item: (typeof stored)[number]) =>
      item.embedded && (item.description as unknown as DatasetDescription).source.hash === source.hash
    const found = stored.find((item) => item.id === description.id && sameHash(item)) ?? stored.find(sameHash)
    const content = found ? this.#store.datasets.content(found.id) : null
    if (content) return content
    throw new LaminaError({
      code: 'data.file-missing',
      message: `The rows of "${description.name}" are no longer in the project.`,
      where: description.name,
      expected: `data with SHA-256 ${source.hash.slice(0, 12)}`,
      received: 'no such data set',
      fix: 'Import the same file again.',
    })
  }
}

/** Part of every row; `unlabelled` = of the training part and without a target, `dropped` = left out for another missing cell. */
export function partsOf(table: Table, description: DatasetDescription): RowPart[] {
  const parts = new Array<RowPart>(table.rowCount).fill('dropped')
  const usable = new Set(rowsWithoutMissing(table, description))
  const split = splitTable(table, description)
  for (const part of ['train', 'validation', 'test'] as const)
    for (const row of split[part]) if (usable.has(row)) parts[row] = part
  for (const row of unlabelledRows(table, description, split.train)) parts[row] = 'unlabelled'
  return parts
}

/** Rows of each part. */
export function splitCounts(table: Table, description: DatasetDescription): DatasetView['splitCounts'] {
  const counts = { train: 0, validation: 0, test: 0, unlabelled: 0 }
  for (const part of partsOf(table, description)) if (part !== 'dropped') counts[part] += 1
  return counts
}

/** What the data offers to a network. Categories are declared, so no row needs to be read. */
export function describedSignature(description: DatasetDescription): DatasetSignature {
  const columns = (role: string) => description.columns.filter((column) => column.role === role)
  return {
    rowCount: description.rowCount,
    features: columns('feature').map(featureOf),
    targets: columns('target').map((column) =>
      column.type === 'categorical'
        ? { column: column.name, kind: 'classes', classes: column.categories ?? [] }
        : { column: column.name, kind: 'numeric' },
    ),
  }
}

/** Parts of rows for display: all `dropped` while the split settings do not fit the data. */
export function partsOrDropped(table: Table, description: DatasetDescription): ReturnType<typeof partsOf> {
  try {
    return partsOf(table, description)
  } catch {
    return new Array<'dropped'>(table.rowCount).fill('dropped')
  }
}
