import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { ProjectDatabase } from './database.ts'
import { notFound, storeError } from './errors.ts'

const keptAutosaves = 20

/** A model as stored; `D` and `P` are the caller's document and plan. */
export interface StoredModel<D = JsonObject, P = JsonObject> {
  id: string
  name: string
  dataset: string | null
  document: D
  plan: P
  layout: JsonObject
  revision: number
  createdAt: string
  updatedAt: string
}

export interface Autosave<D = JsonObject, P = JsonObject> {
  revision: number
  document: D
  plan: P
  savedAt: string
}

interface ModelRow {
  id: string
  name: string
  dataset: string | null
  document: string
  plan: string
  layout: string
  revision: number
  created_at: string
  updated_at: string
}

export class ModelRepository {
  readonly #database: ProjectDatabase

  constructor(database: ProjectDatabase) {
    this.#database = database
  }

  create<D extends object, P extends object>(model: {
    name: string
    document: D
    plan: P
    dataset?: string | null
    layout?: JsonObject
  }): StoredModel<D, P> {
    const id = newId('mdl')
    const now = new Date().toISOString()
    this.#database.run(
      'INSERT INTO models (id, name, dataset, document, plan, layout, revision, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)',
      id,
      model.name,
      model.dataset ?? null,
      JSON.stringify(model.document),
      JSON.stringify(model.plan),
      JSON.stringify(model.layout ?? {}),
      now,
      now,
    )
    return this.get<D, P>(id)
  }

  /** Throws `store.not-found`. */
  get<D = JsonObject, P = JsonObject>(id: string): StoredModel<D, P> {
    const row = this.#database.get<ModelRow>('SELECT * FROM models WHERE id = ?', id)
    if (!row) throw notFound('model', id)
    return toModel<D, P>(row)
  }

  list(): { id: string; name: string; dataset: string | null; revision: number; updatedAt: string }[] {
    return this.#database.all(
      'SELECT id, name, dataset, revision, updated_at AS updatedAt FROM models ORDER BY created_at, rowid',
    )
  }

  /**
   * Stores what is given, keeps the state before as an autosave, and returns the new revision.
   * Throws `models.conflict` when `base` is given and is not the stored revision, `store.not-found`.
   */
  save(
    id: string,
    change: { name?: string; dataset?: string | null; document?: object; plan?: object; layout?: JsonObject },
    base?: number,
  ): number {
    return this.#database.transaction(() => {
      const row = this.#database.get<ModelRow>('SELECT * FROM models WHERE id = ?', id)
      if (!row) throw notFound('model', id)
      if (base !== undefined && base !== row.revision) throw conflict(row, base)
      this.#database.run(
        'INSERT OR REPLACE INTO autosaves (model, revision, document, plan, saved_at) VALUES (?, ?, ?, ?, ?)',
        id,
        row.revision,
        row.document,
        row.plan,
        row.updated_at,
      )
      this.#database.run('DELETE FROM autosaves WHERE model = ? AND revision <= ?', id, row.revision - keptAutosaves)
      this.#database.run(
        'UPDATE models SET name = ?, dataset = ?, document = ?, plan = ?, layout = ?, revision = ?, updated_at = ? WHERE id = ?',
        change.name ?? row.name,
        change.dataset === undefined ? row.dataset : change.dataset,
        change.document ? JSON.stringify(change.document) : row.document,
        change.plan ? JSON.stringify(change.plan) : row.plan,
        change.layout ? JSON.stringify(change.layout) : row.layout,
        row.revision + 1,
        new Date().toISOString(),
        id,
      )
      return row.revision + 1
    })
  }

  /** Earlier states, the newest first. */
  autosaves<D = JsonObject, P = JsonObject>(id: string): Autosave<D, P>[] {
    return this.#database
      .all<{ revision: number; document: string; plan: string; saved_at: string }>(
        'SELECT * FROM autosaves WHERE model = ? ORDER BY revision DESC',
        id,
      )
      .map((row) => ({
        revision: row.revision,
        document: JSON.parse(row.document) as D,
        plan: JSON.parse(row.plan) as P,
        savedAt: row.saved_at,
      }))
  }

  /** Runs of the model stay: they carry their own snapshot. */
  remove(id: string): void {
    if (this.#database.run('DELETE FROM models WHERE id = ?', id).changes === 0) throw notFound('model', id)
  }
}

function toModel<D, P>(row: ModelRow): StoredModel<D, P> {
  return {
    id: row.id,
    name: row.name,
    dataset: row.dataset,
    document: JSON.parse(row.document) as D,
    plan: JSON.parse(row.plan) as P,
    layout: JSON.parse(row.layout) as JsonObject,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function conflict(row: ModelRow, base: number): Error {
  const error = storeError('conflict', `The model "${row.name}" was changed elsewhere in the meantime.`, {
    where: `model ${row.id}`,
    expected: `revision ${row.revision}`,
    received: `a change of revision ${base}`,
    fix: 'Load the model again and repeat the change.',
    data: { revision: row.revision },
  })
  error.details.code = 'models.conflict'
  return error
}
