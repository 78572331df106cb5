import { LaminaError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { Statements } from './statements.ts'

export interface StoredModel {
  id: string
  name: string
  dataset: string | null
  document: JsonObject
  plan: JsonObject
  revision: number
  createdAt: string
  updatedAt: string
}

interface Row {
  id: string
  name: string
  dataset: string | null
  document: string
  plan: string
  revision: number
  created_at: string
  updated_at: string
}

/** Models of a project: a drawing, its training plan and the data set it is drawn for. */
export class ModelRepository {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  list(): StoredModel[] {
    return this.#sql.all<Row>('SELECT * FROM models ORDER BY created_at, rowid').map(fromRow)
  }

  /** Throws `store.no-such-model`. */
  get(id: string): StoredModel {
    const row = this.#sql.get<Row>('SELECT * FROM models WHERE id = ?', id)
    if (!row) throw missing(id)
    return fromRow(row)
  }

  create(model: Pick<StoredModel, 'name' | 'dataset' | 'document' | 'plan'>): StoredModel {
    const id = newId('mod')
    const now = new Date().toISOString()
    this.#sql.run(
      'INSERT INTO models (id, name, dataset, document, plan, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      model.name,
      model.dataset,
      JSON.stringify(model.document),
      JSON.stringify(model.plan),
      now,
      now,
    )
    return this.get(id)
  }

  /**
   * Saves what is given and raises the revision. `base` is the revision the change was made on.
   * Throws `models.conflict` when somebody else saved in between, so nothing is overwritten unseen.
   */
  save(id: string, base: number, change: Partial<Pick<StoredModel, 'name' | 'dataset' | 'document' | 'plan'>>): number {
    return this.#sql.transaction(() => {
      const current = this.get(id)
      if (current.revision !== base)
        throw new LaminaError({
          code: 'models.conflict',
          message: `"${current.name}" was changed elsewhere in the meantime.`,
          where: current.name,
          expected: `revision ${current.revision}`,
          received: `a change made on revision ${base}`,
          fix: 'Load the newer version, or keep yours as a copy.',
          data: { revision: current.revision },
        })
      const next = { ...current, ...change }
      this.#sql.run(
        'UPDATE models SET name = ?, dataset = ?, document = ?, plan = ?, revision = revision + 1, updated_at = ? WHERE id = ?',
        next.name,
        next.dataset,
        JSON.stringify(next.document),
        JSON.stringify(next.plan),
        new Date().toISOString(),
        id,
      )
      return base + 1
    })
  }

  remove(id: string): void {
    if (this.#sql.run('DELETE FROM models WHERE id = ?', id) === 0) throw missing(id)
  }
}

function fromRow(row: Row): StoredModel {
  return {
    id: row.id,
    name: row.name,
    dataset: row.dataset,
    document: JSON.parse(row.document) as JsonObject,
    plan: JSON.parse(row.plan) as JsonObject,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function missing(id: string): LaminaError {
  return new LaminaError({
    code: 'store.no-such-model',
    message: 'There is no such model in this project.',
    where: id,
    expected: 'the id of a model of the project',
    received: id,
    fix: 'List the models of the project; it may have been removed.',
  })
}
