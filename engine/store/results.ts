import { LaminaError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import { currentOwner, ownerIsAlive } from './owner.ts'
import type { Statements } from './statements.ts'

export interface StoredEvaluation {
  id: string
  kind: 'holdout' | 'kfold'
  run: string | null
  model: string | null
  part: 'train' | 'validation' | 'test' | null
  report: JsonObject
  createdAt: string
}

interface EvaluationRow extends Omit<StoredEvaluation, 'report' | 'createdAt'> {
  report: string
  created_at: string
}

/** Evaluations: reports of runs on a part of their data (each use of the test part is one), and k-fold results. */
export class EvaluationRepository {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  add(evaluation: Omit<StoredEvaluation, 'id' | 'createdAt'> & { id?: string }): StoredEvaluation {
    const id = evaluation.id ?? newId('evl')
    this.#sql.run(
      'INSERT INTO evaluations (id, kind, run, model, part, report, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      evaluation.kind,
      evaluation.run,
      evaluation.model,
      evaluation.part,
      JSON.stringify(evaluation.report),
      new Date().toISOString(),
    )
    const row = this.#sql.get<EvaluationRow>('SELECT * FROM evaluations WHERE id = ?', id) as EvaluationRow
    return fromEvaluationRow(row)
  }

  list(filter: { kind?: StoredEvaluation['kind']; run?: string } = {}): StoredEvaluation[] {
    return this.#sql
      .all<EvaluationRow>('SELECT * FROM evaluations ORDER BY created_at, rowid')
      .filter((row) => (!filter.kind || row.kind === filter.kind) && (!filter.run || row.run === filter.run))
      .map(fromEvaluationRow)
  }
}

function fromEvaluationRow(row: EvaluationRow): StoredEvaluation {
  const { created_at, report, ...rest } = row
  return { ...rest, report: JSON.parse(report) as JsonObject, createdAt: created_at }
}

export type StoredSweepState = 'running' | 'completed' | 'stopped' | 'interrupted' | 'failed'

export interface StoredSweep {
  id: string
  model: string
  name: string
  state: StoredSweepState
  request: JsonObject
  result: JsonObject
  createdAt: string
}

interface SweepRow {
  id: string
  model: string
  name: string
  state: StoredSweepState
  request: string
  result: string
  created_at: string
  owner: string | null
}

/** Sweeps and their trials. */
export class SweepRepository {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  create(sweep: Pick<StoredSweep, 'model' | 'name' | 'request'>): StoredSweep {
    const id = newId('swp')
    this.#sql.run(
      'INSERT INTO sweeps (id, model, name, state, request, created_at, owner) VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      sweep.model,
      sweep.name,
      'running',
      JSON.stringify(sweep.request),
      new Date().toISOString(),
      currentOwner(),
    )
    return this.get(id)
  }

  list(): StoredSweep[] {
    return this.#sql.all<SweepRow>('SELECT * FROM sweeps ORDER BY created_at, rowid').map(fromSweepRow)
  }

  /** Throws `store.no-such-sweep`. */
  get(id: string): StoredSweep {
    const row = this.#sql.get<SweepRow>('SELECT * FROM sweeps WHERE id = ?', id)
    if (!row)
      throw new LaminaError({
        code: 'store.no-such-sweep',
        message: 'There is no such sweep in this project.',
        where: id,
        expected: 'the id of a sweep of the project',
        received: id,
        fix: 'List the sweeps of the project; it may have been removed.',
      })
    return fromSweepRow(row)
  }

  update(id: string, change: Partial<Pick<StoredSweep, 'state' | 'result' | 'name'>>): StoredSweep {
    const next = { ...this.get(id), ...change }
    this.#sql.run(
      'UPDATE sweeps SET state = ?, result = ?, name = ? WHERE id = ?',
      next.state,
      JSON.stringify(next.result),
      next.name,
      id,
    )
    return this.get(id)
  }

  remove(id: string): void {
    this.#sql.run('DELETE FROM sweeps WHERE id = ?', id)
  }

  /** Adds or replaces a trial by its number. */
  saveTrial(sweep: string, number: number, trial: JsonObject): void {
    this.#sql.run(
      'INSERT OR REPLACE INTO trials (sweep, number, trial) VALUES (?, ?, ?)',
      sweep,
      number,
      JSON.stringify(trial),
    )
  }

  trials(sweep: string): JsonObject[] {
    return this.#sql
      .all<{ trial: string }>('SELECT trial FROM trials WHERE sweep = ? ORDER BY number', sweep)
      .map((row) => JSON.parse(row.trial) as JsonObject)
  }

  /** Marks sweeps whose process is gone as interrupted; returns their ids. */
  markInterrupted(): string[] {
    const dead = this.#sql
      .all<{ id: string; owner: string | null }>(`SELECT id, owner FROM sweeps WHERE state = 'running'`)
      .filter((row) => !ownerIsAlive(row.owner))
      .map((row) => row.id)
    for (const id of dead) this.#sql.run(`UPDATE sweeps SET state = 'interrupted' WHERE id = ?`, id)
    return dead
  }
}

function fromSweepRow(row: SweepRow): StoredSweep {
  return {
    id: row.id,
    model: row.model,
    name: row.name,
    state: row.state,
    request: JSON.parse(row.request) as JsonObject,
    result: JSON.parse(row.result) as JsonObject,
    createdAt: row.created_at,
  }
}

export interface StoredArtifact {
  id: string
  run: string
  format: string
  path: string
  bytes: number
  createdAt: string
}

/** Files that were exported from runs. */
export class ArtifactRepository {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  add(artifact: Pick<StoredArtifact, 'run' | 'format' | 'path' | 'bytes'>): void {
    this.#sql.run(
      'INSERT INTO artifacts (id, run, format, path, bytes, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      newId('art'),
      artifact.run,
      artifact.format,
      artifact.path,
      artifact.bytes,
      new Date().toISOString(),
    )
  }

  list(run: string): StoredArtifact[] {
    return this.#sql.all<StoredArtifact>(
      'SELECT id, run, format, path, bytes, created_at AS createdAt FROM artifacts WHERE run = ? ORDER BY created_at',
      run,
    )
  }
}
