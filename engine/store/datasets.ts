import { deflateSync, inflateSync } from 'node:zlib'
import { LaminaError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Statements } from './statements.ts'

/** Files up to this size live inside the project. */
export const EMBED_LIMIT_BYTES = 32 * 1024 * 1024

export interface StoredDataset {
  id: string
  name: string
  /** A DatasetDescription. */
  description: JsonObject
  embedded: boolean
  createdAt: string
  updatedAt: string
}

interface Row {
  id: string
  name: string
  description: string
  embedded: number
  created_at: string
  updated_at: string
}

const columns = 'id, name, description, content IS NOT NULL AS embedded, created_at, updated_at'

/** Data sets of a project: their descriptions, and the bytes of small ones. */
export class DatasetRepository {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  list(): StoredDataset[] {
    return this.#sql.all<Row>(`SELECT ${columns} FROM datasets ORDER BY created_at, rowid`).map(fromRow)
  }

  /** Throws `store.no-such-dataset`. */
  get(id: string): StoredDataset {
    const row = this.#sql.get<Row>(`SELECT ${columns} FROM datasets WHERE id = ?`, id)
    if (!row) throw missing(id)
    return fromRow(row)
  }

  /** Adds a data set; `content` (original bytes) is stored compressed, null = stays in its file. The description's id is set. */
  create(name: string, description: JsonObject, content: Uint8Array | null): StoredDataset {
    const id = newId('dat')
    const now = new Date().toISOString()
    this.#sql.run(
      'INSERT INTO datasets (id, name, description, content, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      name,
      JSON.stringify({ ...description, id, name }),
      content ? deflateSync(content, { level: 6 }) : null,
      now,
      now,
    )
    return this.get(id)
  }

  /** The original bytes of an embedded data set; null when it stays in its file. */
  content(id: string): Uint8Array | null {
    const row = this.#sql.get<{ content: Buffer | null }>('SELECT content FROM datasets WHERE id = ?', id)
    if (!row) throw missing(id)
    return row.content ? inflateSync(row.content) : null
  }

  update(id: string, description: JsonObject, name: string): StoredDataset {
    const changes = this.#sql.run(
      'UPDATE datasets SET description = ?, name = ?, updated_at = ? WHERE id = ?',
      JSON.stringify({ ...description, id, name }),
      name,
      new Date().toISOString(),
      id,
    )
    if (changes === 0) throw missing(id)
    return this.get(id)
  }

  remove(id: string): void {
    if (this.#sql.run('DELETE FROM datasets WHERE id = ?', id) === 0) throw missing(id)
  }
}

function fromRow(row: Row): StoredDataset {
  return {
    id: row.id,
    name: row.name,
    description: JSON.parse(row.description) as JsonObject,
    embedded: row.embedded === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function missing(id: string): LaminaError {
  return new LaminaError({
    code: 'store.no-such-dataset',
    message: 'There is no such data set in this project.',
    where: id,
    expected: 'the id of a data set of the project',
    received: id,
    fix: 'List the data sets of the project; it may have been removed.',
  })
}
