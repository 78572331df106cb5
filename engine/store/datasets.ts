import { deflateSync, inflateSync } from 'node:zlib'
import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { ProjectDatabase } from './database.ts'
import { notFound, storeError } from './errors.ts'

/** Larger files stay where they are. */
export const maxEmbeddedBytes = 32 * 2 ** 20

interface Described {
  id: string
  name: string
}

/** Descriptions of data sets and, for small files, their bytes (zlib). `T` is the caller's description. */
export class DatasetRepository {
  readonly #database: ProjectDatabase

  constructor(database: ProjectDatabase) {
    this.#database = database
  }

  /** `bytes` are embedded when given. Throws `store.too-large-to-embed`. */
  add<T extends object>(description: T & { name: string; id?: string }, bytes?: Uint8Array): string {
    if (bytes && bytes.length > maxEmbeddedBytes)
      throw storeError('too-large-to-embed', 'The file is too large to be kept inside the project.', {
        where: description.name,
        expected: `at most ${maxEmbeddedBytes / 2 ** 20} MiB`,
        received: `${(bytes.length / 2 ** 20).toFixed(1)} MiB`,
        fix: 'Refer to the file by its path instead.',
      })
    const id = description.id ?? newId('dat')
    this.#database.run(
      'INSERT INTO datasets (id, name, description, content, created_at) VALUES (?, ?, ?, ?, ?)',
      id,
      description.name,
      JSON.stringify({ ...description, id }),
      bytes ? deflateSync(bytes) : null,
      new Date().toISOString(),
    )
    return id
  }

  /** Throws `store.not-found`. */
  get<T = JsonObject>(id: string): T {
    const row = this.#database.get<{ description: string }>('SELECT description FROM datasets WHERE id = ?', id)
    if (!row) throw notFound('data set', id)
    return JSON.parse(row.description) as T
  }

  list<T = JsonObject>(): T[] {
    return this.#database
      .all<{ description: string }>('SELECT description FROM datasets ORDER BY created_at, rowid')
      .map((row) => JSON.parse(row.description) as T)
  }

  /** The embedded bytes; null when the data lies outside the project. Throws `store.not-found`, `store.truncated`. */
  bytes(id: string): Uint8Array | null {
    const row = this.#database.get<{ content: Buffer | null }>('SELECT content FROM datasets WHERE id = ?', id)
    if (!row) throw notFound('data set', id)
    if (!row.content) return null
    try {
      return inflateSync(row.content, { maxOutputLength: maxEmbeddedBytes })
    } catch (cause) {
      throw storeError(
        'truncated',
        'The data inside the project is damaged.',
        {
          where: `data set ${id}`,
          expected: 'complete data',
          received: cause instanceof Error ? cause.message : String(cause),
          fix: 'Import the file again.',
        },
        cause,
      )
    }
  }

  /** Throws `store.not-found`. */
  update<T extends object>(description: T & Described): void {
    const { changes } = this.#database.run(
      'UPDATE datasets SET name = ?, description = ? WHERE id = ?',
      description.name,
      JSON.stringify(description),
      description.id,
    )
    if (changes === 0) throw notFound('data set', description.id)
  }

  /** Models that used it lose the reference. */
  remove(id: string): void {
    if (this.#database.run('DELETE FROM datasets WHERE id = ?', id).changes === 0) throw notFound('data set', id)
  }
}
