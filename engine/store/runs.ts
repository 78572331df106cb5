import { type ErrorDetails, LaminaError } from '../base/errors.ts'
import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import { currentOwner, ownerIsAlive } from './owner.ts'
import type { Statements } from './statements.ts'

export type StoredRunStatus = 'queued' | 'running' | 'paused' | 'completed' | 'stopped' | 'interrupted' | 'failed'

export interface StoredRun {
  id: string
  number: number
  name: string
  kind: 'train' | 'kfold' | 'trial'
  model: string
  modelName: string
  sweep: string | null
  status: StoredRunStatus
  /** Everything needed to repeat it; written once. */
  snapshot: JsonObject
  /** Metrics of the restored epoch and other figures of the result. */
  summary: JsonObject
  error: ErrorDetails | null
  notes: string
  tags: string[]
  /** Training time without pauses. */
  seconds: number
  startedAt: string
  finishedAt: string | null
}

export interface StoredEpoch {
  /** From 1. */
  epoch: number
  metrics: Record<string, number>
  learningRate: number
  seconds: number
}

export interface StoredCheckpoint {
  kind: 'last' | 'best'
  epoch: number
  iteration: number
  /** Trainer state (early stopping, best so far, ...). */
  state: JsonObject
  /** The session's persistent floats. */
  persistent: Float32Array
}

export interface StoredWarning {
  rule: string
  message: string
  epoch: number
}

interface Row {
  id: string
  number: number
  name: string
  kind: StoredRun['kind']
  model: string
  model_name: string
  sweep: string | null
  status: StoredRunStatus
  snapshot: string
  summary: string
  error: string | null
  notes: string
  tags: string
  seconds: number
  started_at: string
  finished_at: string | null
  owner: string | null
}

const live = `('queued', 'running', 'paused')`

/** Runs with their epochs, warnings and checkpoints. A completed run never changes but for its name, notes and tags. */
export class RunRepository {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  list(filter: { sweep?: string } = {}): StoredRun[] {
    const rows = filter.sweep
      ? this.#sql.all<Row>('SELECT * FROM runs WHERE sweep = ? ORDER BY number', filter.sweep)
      : this.#sql.all<Row>('SELECT * FROM runs ORDER BY number')
    return rows.map(fromRow)
  }

  count(): number {
    return this.#sql.get<{ n: number }>('SELECT count(*) AS n FROM runs')?.n ?? 0
  }

  /** By id or by number (`7`). Throws `store.no-such-run`. */
  get(id: string): StoredRun {
    const row = /^\d+$/.test(id)
      ? this.#sql.get<Row>('SELECT * FROM runs WHERE number = ?', Number(id))
      : this.#sql.get<Row>('SELECT * FROM runs WHERE id = ?', id)
    if (!row)
      throw new LaminaError({
        code: 'store.no-such-run',
        message: 'There is no such run in this project.',
        where: id,
        expected: 'the id or number of a run of the project',
        received: id,
        fix: 'List the runs of the project; it may have been removed.',
      })
    return fromRow(row)
  }

  create(
    run: Pick<StoredRun, 'kind' | 'model' | 'modelName' | 'snapshot'> & {
      name?: string
      sweep?: string | null
      status?: StoredRunStatus
    },
  ): StoredRun {
    const id = newId('run')
    this.#sql.transaction(() => {
      const number = (this.#sql.get<{ n: number | null }>('SELECT max(number) AS n FROM runs')?.n ?? 0) + 1
      this.#sql.run(
        `INSERT INTO runs (id, number, name, kind, model, model_name, sweep, status, snapshot, started_at, owner)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        number,
        run.name ?? `Run ${number}`,
        run.kind,
        run.model,
        run.modelName,
        run.sweep ?? null,
        run.status ?? 'running',
        JSON.stringify(run.snapshot),
        new Date().toISOString(),
        currentOwner(),
      )
    })
    return this.get(id)
  }

  /** Takes over an interrupted or stopped run: from now on this process owns it. */
  reopen(id: string): StoredRun {
    this.#sql.run(
      `UPDATE runs SET status = 'running', owner = ?, finished_at = NULL, error = NULL WHERE id = ? AND status <> 'completed'`,
      currentOwner(),
      id,
    )
    return this.get(id)
  }

  /** Changes the state of a run that is not completed. Throws `store.immutable` otherwise. */
  update(
    id: string,
    change: Partial<Pick<StoredRun, 'status' | 'summary' | 'error' | 'seconds' | 'finishedAt'>>,
  ): StoredRun {
    const current = this.get(id)
    const next = { ...current, ...change }
    this.#sql.run(
      'UPDATE runs SET status = ?, summary = ?, error = ?, seconds = ?, finished_at = ? WHERE id = ?',
      next.status,
      JSON.stringify(next.summary),
      next.error ? JSON.stringify(next.error) : null,
      next.seconds,
      next.finishedAt,
      current.id,
    )
    return this.get(current.id)
  }

  annotate(id: string, change: Partial<Pick<StoredRun, 'name' | 'notes' | 'tags'>>): StoredRun {
    const current = this.get(id)
    const next = { ...current, ...change }
    this.#sql.run(
      'UPDATE runs SET name = ?, notes = ?, tags = ? WHERE id = ?',
      next.name,
      next.notes,
      JSON.stringify(next.tags),
      current.id,
    )
    return this.get(current.id)
  }

  remove(id: string): void {
    this.#sql.run('DELETE FROM runs WHERE id = ?', this.get(id).id)
  }

  /** Adds epochs; an epoch that is there already (after a resume) is replaced. */
  addEpochs(run: string, epochs: readonly StoredEpoch[]): void {
    this.#sql.transaction(() => {
      for (const each of epochs)
        this.#sql.run(
          'INSERT OR REPLACE INTO epochs (run, epoch, metrics, learning_rate, seconds) VALUES (?, ?, ?, ?, ?)',
          run,
          each.epoch,
          JSON.stringify(each.metrics),
          each.learningRate,
          each.seconds,
        )
    })
  }

  epochs(run: string): StoredEpoch[] {
    return this.#sql
      .all<{ epoch: number; metrics: string; learning_rate: number; seconds: number }>(
        'SELECT epoch, metrics, learning_rate, seconds FROM epochs WHERE run = ? ORDER BY epoch',
        run,
      )
      .map((row) => ({
        epoch: row.epoch,
        metrics: JSON.parse(row.metrics) as Record<string, number>,
        learningRate: row.learning_rate,
        seconds: row.seconds,
      }))
  }

  /** Forgets epochs after `epoch`: they came after the checkpoint that a run resumes from. */
  dropEpochsAfter(run: string, epoch: number): void {
    this.#sql.run('DELETE FROM epochs WHERE run = ? AND epoch > ?', run, epoch)
  }

  /** Writes checkpoints and the epochs that led to them in one transaction: both are there or neither. */
  saveCheckpoints(run: string, checkpoints: readonly StoredCheckpoint[], epochs: readonly StoredEpoch[] = []): void {
    this.#sql.transaction(() => {
      this.addEpochs(run, epochs)
      for (const each of checkpoints) {
        const { buffer, byteOffset, byteLength } = each.persistent
        this.#sql.run(
          `INSERT OR REPLACE INTO checkpoints (run, kind, epoch, iteration, state, persistent, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          run,
          each.kind,
          each.epoch,
          each.iteration,
          JSON.stringify(each.state),
          Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength),
          new Date().toISOString(),
        )
      }
    })
  }

  checkpoint(run: string, kind: 'last' | 'best'): StoredCheckpoint | null {
    const row = this.#sql.get<{ epoch: number; iteration: number; state: string; persistent: Buffer }>(
      'SELECT epoch, iteration, state, persistent FROM checkpoints WHERE run = ? AND kind = ?',
      run,
      kind,
    )
    if (!row) return null
    const bytes = Uint8Array.from(row.persistent)
    return {
      kind,
      epoch: row.epoch,
      iteration: row.iteration,
      state: JSON.parse(row.state) as JsonObject,
      persistent: new Float32Array(bytes.buffer),
    }
  }

  /** Keeps the weights that a run starts from, as a safetensors file. */
  saveInitialWeights(run: string, weights: Uint8Array): void {
    const { buffer, byteOffset, byteLength } = weights
    this.#sql.run(
      'INSERT INTO initial_weights (run, weights) VALUES (?, ?)',
      run,
      Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength),
    )
  }

  initialWeights(run: string): Uint8Array | null {
    const row = this.#sql.get<{ weights: Buffer }>('SELECT weights FROM initial_weights WHERE run = ?', run)
    return row ? Uint8Array.from(row.weights) : null
  }

  addWarning(run: string, warning: StoredWarning): void {
    this.#sql.run(
      'INSERT OR REPLACE INTO warnings (run, rule, message, epoch) VALUES (?, ?, ?, ?)',
      run,
      warning.rule,
      warning.message,
      warning.epoch,
    )
  }

  warnings(run: string): StoredWarning[] {
    return this.#sql.all<StoredWarning>(
      'SELECT rule, message, epoch FROM warnings WHERE run = ? ORDER BY epoch, rule',
      run,
    )
  }

  hasCheckpoint(run: string): boolean {
    return this.#sql.get('SELECT 1 FROM checkpoints WHERE run = ? LIMIT 1', run) !== null
  }

  /** Marks runs whose process is gone as interrupted; returns their ids. */
  markInterrupted(): string[] {
    return this.#sql.transaction(() => {
      const rows = this.#sql.all<{ id: string; owner: string | null }>(
        `SELECT id, owner FROM runs WHERE status IN ${live}`,
      )
      const dead = rows.filter((row) => !ownerIsAlive(row.owner)).map((row) => row.id)
      const now = new Date().toISOString()
      for (const id of dead)
        this.#sql.run(`UPDATE runs SET status = 'interrupted', finished_at = ? WHERE id = ?`, now, id)
      return dead
    })
  }
}

function fromRow(row: Row): StoredRun {
  return {
    id: row.id,
    number: row.number,
    name: row.name,
    kind: row.kind,
    model: row.model,
    modelName: row.model_name,
    sweep: row.sweep,
    status: row.status,
    snapshot: JSON.parse(row.snapshot) as JsonObject,
    summary: JSON.parse(row.summary) as JsonObject,
    error: row.error ? (JSON.parse(row.error) as ErrorDetails) : null,
    notes: row.notes,
    tags: JSON.parse(row.tags) as string[],
    seconds: row.seconds,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }
}
