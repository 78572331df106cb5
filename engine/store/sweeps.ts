import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { ProjectDatabase } from './database.ts'
import { notFound } from './errors.ts'
import { currentOwner } from './owner.ts'

export type SweepState = 'running' | 'completed' | 'stopped' | 'interrupted' | 'failed'

/** A sweep as stored. `Q` is the request: space, strategy, objective, folds, seed. */
export interface StoredSweep<Q = JsonObject> {
  id: string
  model: string
  name: string
  state: SweepState
  request: Q
  planned: number
  /** Number of the best trial. */
  best: number | null
  createdAt: string
  finishedAt: string | null
}

export interface StoredTrial {
  number: number
  run: string | null
  status: string
  values: JsonObject
  metrics: Readonly<Record<string, number>>
  seconds: number
  error: string | null
}

interface SweepRow extends Omit<StoredSweep, 'request' | 'createdAt' | 'finishedAt'> {
  request: string
  created_at: string
  finished_at: string | null
}

export class SweepRepository {
  readonly #database: ProjectDatabase

  constructor(database: ProjectDatabase) {
    this.#database = database
  }

  /** A new sweep, running and owned by this process. */
  create<Q extends object>(sweep: { model: string; name: string; request: Q; planned: number }): StoredSweep<Q> {
    const id = newId('swp')
    this.#database.run(
      "INSERT INTO sweeps (id, model, name, state, request, planned, owner, created_at) VALUES (?, ?, ?, 'running', ?, ?, ?, ?)",
      id,
      sweep.model,
      sweep.name,
      JSON.stringify(sweep.request),
      sweep.planned,
      currentOwner(),
      new Date().toISOString(),
    )
    return this.get<Q>(id)
  }

  /** Throws `store.not-found`. */
  get<Q = JsonObject>(id: string): StoredSweep<Q> {
    const row = this.#database.get<SweepRow>('SELECT * FROM sweeps WHERE id = ?', id)
    if (!row) throw notFound('sweep', id)
    return toSweep<Q>(row)
  }

  /** The newest first. */
  list<Q = JsonObject>(): StoredSweep<Q>[] {
    return this.#database.all<SweepRow>('SELECT * FROM sweeps ORDER BY rowid DESC').map((row) => toSweep<Q>(row))
  }

  setBest(id: string, best: number | null): void {
    this.#database.run('UPDATE sweeps SET best = ? WHERE id = ?', best, id)
  }

  finish(id: string, state: Exclude<SweepState, 'running'>): void {
    const sql = 'UPDATE sweeps SET state = ?, owner = NULL, finished_at = ? WHERE id = ?'
    if (this.#database.run(sql, state, new Date().toISOString(), id).changes === 0) throw notFound('sweep', id)
  }

  /** Adds a trial or replaces it by its number. */
  saveTrial(id: string, trial: StoredTrial): void {
    this.#database.run(
      'INSERT OR REPLACE INTO trials (sweep, number, run, status, "values", metrics, seconds, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      id,
      trial.number,
      trial.run,
      trial.status,
      JSON.stringify(trial.values),
      JSON.stringify(trial.metrics),
      trial.seconds,
      trial.error,
    )
  }

  trials(id: string): StoredTrial[] {
    return this.#database
      .all<Omit<StoredTrial, 'values' | 'metrics'> & { values: string; metrics: string }>(
        'SELECT number, run, status, "values", metrics, seconds, error FROM trials WHERE sweep = ? ORDER BY number',
        id,
      )
      .map((row) => ({
        ...row,
        values: JSON.parse(row.values) as JsonObject,
        metrics: JSON.parse(row.metrics) as Record<string, number>,
      }))
  }

  remove(id: string): void {
    if (this.#database.run('DELETE FROM sweeps WHERE id = ?', id).changes === 0) throw notFound('sweep', id)
  }
}

function toSweep<Q>(row: SweepRow): StoredSweep<Q> {
  return {
    id: row.id,
    model: row.model,
    name: row.name,
    state: row.state,
    request: JSON.parse(row.request) as Q,
    planned: row.planned,
    best: row.best,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  }
}
