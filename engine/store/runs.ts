import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { ProjectDatabase } from './database.ts'
import { notFound, storeError } from './errors.ts'
import { currentOwner, isOwnerAlive } from './owner.ts'

export type RunKind = 'train' | 'kfold' | 'trial'
export type RunStatus = 'queued' | 'running' | 'paused' | 'completed' | 'stopped' | 'interrupted' | 'failed'
export type CheckpointKind = 'last' | 'best'

/** A run as stored. `S` is the snapshot that repeats it, `R` the summary of its results (metrics, best epoch, seconds, ...). */
export interface StoredRun<S = JsonObject, R = JsonObject> {
  id: string
  number: number
  name: string
  kind: RunKind
  model: string
  modelName: string
  sweep: string | null
  status: RunStatus
  snapshot: S
  summary: R
  error: JsonObject | null
  notes: string
  tags: string[]
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}

export interface StoredEpoch {
  /** From 1. */
  epoch: number
  metrics: Readonly<Record<string, number>>
  learningRate: number
  seconds: number
}

/** The persistent memory of a session and the trainer's state beside it. */
export interface StoredCheckpoint<T = JsonObject> {
  kind: CheckpointKind
  epoch: number
  iteration: number
  persistent: Float32Array
  state: T
}

interface RunRow {
  id: string
  number: number
  name: string
  kind: RunKind
  model: string
  model_name: string
  sweep: string | null
  status: RunStatus
  snapshot: string
  summary: string
  error: string | null
  notes: string
  tags: string
  created_at: string
  started_at: string | null
  finished_at: string | null
}

export class RunRepository {
  readonly #database: ProjectDatabase

  constructor(database: ProjectDatabase) {
    this.#database = database
  }

  /** A new run, queued and owned by this process, with the next number of the project. */
  create<S extends object>(run: {
    name?: string
    kind: RunKind
    model: string
    modelName: string
    sweep?: string | null
    snapshot: S
    summary?: object
    tags?: readonly string[]
  }): StoredRun<S> {
    const id = newId('run')
    this.#database.transaction(() => {
      const last = this.#database.get<{ value: string }>("SELECT value FROM meta WHERE key = 'lastRunNumber'")
      const number = Number(last?.value ?? 0) + 1
      this.#database.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('lastRunNumber', ?)", String(number))
      this.#database.run(
        `INSERT INTO runs (id, number, name, kind, model, model_name, sweep, status, snapshot, summary, tags, owner, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?)`,
        id,
        number,
        run.name ?? `Run ${number}`,
        run.kind,
        run.model,
        run.modelName,
        run.sweep ?? null,
        JSON.stringify(run.snapshot),
        JSON.stringify(run.summary ?? {}),
        JSON.stringify(run.tags ?? []),
        currentOwner(),
        new Date().toISOString(),
      )
    })
    return this.get<S>(id)
  }

  /** Throws `store.not-found`. */
  get<S = JsonObject, R = JsonObject>(id: string): StoredRun<S, R> {
    const row = this.#database.get<RunRow>('SELECT * FROM runs WHERE id = ?', id)
    if (!row) throw notFound('run', id)
    return toRun<S, R>(row)
  }

  /** The newest first. */
  list<S = JsonObject, R = JsonObject>(filter: { sweep?: string; kind?: RunKind } = {}): StoredRun<S, R>[] {
    return this.#database
      .all<RunRow>(
        'SELECT * FROM runs WHERE (?1 IS NULL OR sweep = ?1) AND (?2 IS NULL OR kind = ?2) ORDER BY number DESC',
        filter.sweep ?? null,
        filter.kind ?? null,
      )
      .map((row) => toRun<S, R>(row))
  }

  count(): number {
    return this.#database.get<{ count: number }>('SELECT count(*) AS count FROM runs')?.count ?? 0
  }

  /** Work begins or goes on: this process owns the run. Throws `store.run-finished` for a completed or failed run. */
  start(id: string): void {
    this.#change(
      "UPDATE runs SET status = 'running', owner = ?, started_at = coalesce(started_at, ?), finished_at = NULL, error = NULL WHERE id = ?",
      id,
      currentOwner(),
      new Date().toISOString(),
    )
  }

  pause(id: string): void {
    this.#change("UPDATE runs SET status = 'paused' WHERE id = ?", id)
  }

  /** Results so far. Throws `store.run-finished` for a completed or failed run. */
  setSummary(id: string, summary: object): void {
    this.#change('UPDATE runs SET summary = ? WHERE id = ?', id, JSON.stringify(summary))
  }

  /** The run has ended; `stopped` and `interrupted` runs may be started again, the others are final. */
  finish(
    id: string,
    status: 'completed' | 'stopped' | 'interrupted' | 'failed',
    result: { summary?: object; error?: object | null } = {},
  ): void {
    this.#change(
      'UPDATE runs SET status = ?, summary = coalesce(?, summary), error = ?, owner = NULL, finished_at = ? WHERE id = ?',
      id,
      status,
      result.summary ? JSON.stringify(result.summary) : null,
      result.error ? JSON.stringify(result.error) : null,
      new Date().toISOString(),
    )
  }

  /** Name, notes and tags are the user's own and change at any time. */
  annotate(id: string, change: { name?: string; notes?: string; tags?: readonly string[] }): void {
    this.#change(
      'UPDATE runs SET name = coalesce(?, name), notes = coalesce(?, notes), tags = coalesce(?, tags) WHERE id = ?',
      id,
      change.name ?? null,
      change.notes ?? null,
      change.tags ? JSON.stringify(change.tags) : null,
    )
  }

  /** Epochs, checkpoints, evaluations and artifacts go along. Throws `store.run-in-progress`, `store.not-found`. */
  remove(id: string): void {
    this.#database.transaction(() => {
      if (['running', 'paused', 'queued'].includes(this.get(id).status))
        throw storeError('run-in-progress', 'A run that is going on cannot be removed.', {
          where: `run ${id}`,
          expected: 'a run that has ended',
          received: 'a run in progress',
          fix: 'Stop the run first.',
        })
      this.#change('DELETE FROM runs WHERE id = ?', id)
    })
  }

  /** Adds epochs; an epoch that is there already (computed again after a resume) is replaced. */
  addEpochs(id: string, epochs: readonly StoredEpoch[]): void {
    this.#database.transaction(() => {
      for (const { epoch, metrics, learningRate, seconds } of epochs)
        this.#database.run(
          'INSERT OR REPLACE INTO epochs (run, epoch, metrics, learning_rate, seconds) VALUES (?, ?, ?, ?, ?)',
          id,
          epoch,
          JSON.stringify(metrics),
          learningRate,
          seconds,
        )
    })
  }

  epochs(id: string): StoredEpoch[] {
    return this.#database
      .all<{ epoch: number; metrics: string; learning_rate: number; seconds: number }>(
        'SELECT epoch, metrics, learning_rate, seconds FROM epochs WHERE run = ? ORDER BY epoch',
        id,
      )
      .map((row) => ({
        epoch: row.epoch,
        metrics: JSON.parse(row.metrics) as Record<string, number>,
        learningRate: row.learning_rate,
        seconds: row.seconds,
      }))
  }

  /** Forgets what came after a checkpoint, before it is computed again. */
  removeEpochsAfter(id: string, epoch: number): void {
    this.#database.run('DELETE FROM epochs WHERE run = ? AND epoch > ?', id, epoch)
  }

  /** Replaces the checkpoint of that kind and, in the same transaction, adds the epochs that led to it. */
  saveCheckpoint<T extends object>(
    id: string,
    checkpoint: StoredCheckpoint<T>,
    epochs: readonly StoredEpoch[] = [],
  ): void {
    const { persistent } = checkpoint
    this.#database.transaction(() => {
      if (epochs.length > 0) this.addEpochs(id, epochs)
      this.#database.run(
        'INSERT OR REPLACE INTO checkpoints (run, kind, epoch, iteration, persistent, state, saved_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        id,
        checkpoint.kind,
        checkpoint.epoch,
        checkpoint.iteration,
        Buffer.from(persistent.buffer, persistent.byteOffset, persistent.byteLength),
        JSON.stringify(checkpoint.state),
        new Date().toISOString(),
      )
    })
  }

  checkpoint<T = JsonObject>(id: string, kind: CheckpointKind): StoredCheckpoint<T> | null {
    const row = this.#database.get<{ epoch: number; iteration: number; persistent: Buffer; state: string }>(
      'SELECT epoch, iteration, persistent, state FROM checkpoints WHERE run = ? AND kind = ?',
      id,
      kind,
    )
    if (!row) return null
    const persistent = new Float32Array(row.persistent.length / 4)
    new Uint8Array(persistent.buffer).set(row.persistent)
    return { kind, epoch: row.epoch, iteration: row.iteration, persistent, state: JSON.parse(row.state) as T }
  }

  hasCheckpoint(id: string, kind: CheckpointKind = 'last'): boolean {
    return this.#database.get('SELECT 1 FROM checkpoints WHERE run = ? AND kind = ?', id, kind) !== undefined
  }

  /** Runs and sweeps whose process has ended become `interrupted`; returns the ids of the runs. */
  interruptOrphans(): string[] {
    const active = ['runs', 'sweeps'].flatMap((table) =>
      this.#database
        .all<{ id: string; owner: string | null }>(
          table === 'runs'
            ? "SELECT id, owner FROM runs WHERE status IN ('queued','running','paused')"
            : "SELECT id, owner FROM sweeps WHERE state = 'running'",
        )
        .filter(({ owner }) => !owner || !isOwnerAlive(owner))
        .map(({ id }) => ({ table, id })),
    )
    if (active.length === 0) return []
    const now = new Date().toISOString()
    this.#database.transaction(() => {
      for (const { table, id } of active)
        this.#database.run(
          table === 'runs'
            ? "UPDATE runs SET status = 'interrupted', owner = NULL, finished_at = ? WHERE id = ?"
            : "UPDATE sweeps SET state = 'interrupted', owner = NULL, finished_at = ? WHERE id = ?",
          now,
          id,
        )
    })
    return active.filter(({ table }) => table === 'runs').map(({ id }) => id)
  }

  #change(sql: string, id: string, ...values: unknown[]): void {
    if (this.#database.run(sql, ...values, id).changes === 0) throw notFound('run', id)
  }
}

function toRun<S, R>(row: RunRow): StoredRun<S, R> {
  return {
    id: row.id,
    number: row.number,
    name: row.name,
    kind: row.kind,
    model: row.model,
    modelName: row.model_name,
    sweep: row.sweep,
    status: row.status,
    snapshot: JSON.parse(row.snapshot) as S,
    summary: JSON.parse(row.summary) as R,
    error: row.error === null ? null : (JSON.parse(row.error) as JsonObject),
    notes: row.notes,
    tags: JSON.parse(row.tags) as string[],
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }
}
