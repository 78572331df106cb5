import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Database } from 'better-sqlite3'
import type { Disposable } from '../base/disposable.ts'
import { closeDatabase, createDatabase, openDatabase, openDatabaseReadOnly } from './database.ts'
import { DatasetRepository } from './datasets.ts'
import { ModelRepository } from './models.ts'
import { ArtifactRepository, EvaluationRepository, SweepRepository } from './results.ts'
import { RunRepository } from './runs.ts'
import { Statements } from './statements.ts'

/** One open project file and everything in it. Several processes may have the same project open. */
export class ProjectStore implements Disposable {
  readonly path: string
  readonly models: ModelRepository
  readonly datasets: DatasetRepository
  readonly runs: RunRepository
  readonly evaluations: EvaluationRepository
  readonly sweeps: SweepRepository
  readonly artifacts: ArtifactRepository
  readonly #database: Database
  readonly #sql: Statements

  private constructor(database: Database, path: string) {
    this.path = path
    this.#database = database
    this.#sql = new Statements(database, path)
    this.models = new ModelRepository(this.#sql)
    this.datasets = new DatasetRepository(this.#sql)
    this.runs = new RunRepository(this.#sql)
    this.evaluations = new EvaluationRepository(this.#sql)
    this.sweeps = new SweepRepository(this.#sql)
    this.artifacts = new ArtifactRepository(this.#sql)
  }

  /** A new project file. Throws `store.file-exists`, `store.read-only`. */
  static create(path: string, name?: string): ProjectStore {
    const full = resolve(path)
    const store = new ProjectStore(createDatabase(full), full)
    store.#set('name', name ?? basename(full).replace(/\.lamina$/i, ''))
    store.#set('notes', '')
    store.#set('created_at', new Date().toISOString())
    return store
  }

  /** Opens a project; what a dead process left running becomes `interrupted`. Errors: see `openDatabase`. */
  static open(path: string): ProjectStore {
    const full = resolve(path)
    const store = new ProjectStore(openDatabase(full), full)
    store.runs.markInterrupted()
    store.sweeps.markInterrupted()
    return store
  }

  /** Opens a project to read in it: nothing is migrated, marked or written. Errors: see `openDatabaseReadOnly`. */
  static read(path: string): ProjectStore {
    const full = resolve(path)
    return new ProjectStore(openDatabaseReadOnly(full), full)
  }

  get name(): string {
    return this.#get('name') ?? basename(this.path)
  }

  set name(value: string) {
    this.#set('name', value)
  }

  get notes(): string {
    return this.#get('notes') ?? ''
  }

  set notes(value: string) {
    this.#set('notes', value)
  }

  get sizeBytes(): number {
    return statSync(this.path).size
  }

  /** All of `work` is kept or nothing. */
  transaction<T>(work: () => T): T {
    return this.#sql.transaction(work)
  }

  /** Folds the log back and closes the file. */
  dispose(): void {
    closeDatabase(this.#database)
  }

  #get(key: string): string | null {
    return this.#sql.get<{ value: string }>('SELECT value FROM project WHERE key = ?', key)?.value ?? null
  }

  #set(key: string, value: string): void {
    this.#sql.run('INSERT OR REPLACE INTO project (key, value) VALUES (?, ?)', key, value)
  }
}
