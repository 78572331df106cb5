import { statSync } from 'node:fs'
import { basename } from 'node:path'
import type { Disposable } from '../base/disposable.ts'
import type { JsonObject } from '../base/json.ts'
import { ProjectDatabase } from './database.ts'
import { DatasetRepository } from './datasets.ts'
import { EvaluationRepository } from './evaluations.ts'
import { ModelRepository } from './models.ts'
import { RunRepository } from './runs.ts'
import { SweepRepository } from './sweeps.ts'

/** One open project file and everything in it. All calls are synchronous; each write is a short transaction. */
export class ProjectStore implements Disposable {
  readonly models: ModelRepository
  readonly datasets: DatasetRepository
  readonly runs: RunRepository
  readonly evaluations: EvaluationRepository
  readonly sweeps: SweepRepository
  /** Runs that were found without a living process when the project was opened. */
  readonly interrupted: readonly string[]
  readonly #database: ProjectDatabase

  private constructor(database: ProjectDatabase) {
    this.#database = database
    this.models = new ModelRepository(database)
    this.datasets = new DatasetRepository(database)
    this.runs = new RunRepository(database)
    this.evaluations = new EvaluationRepository(database)
    this.sweeps = new SweepRepository(database)
    this.interrupted = this.runs.interruptOrphans()
  }

  /** A new, empty project. Throws `store.file-exists`, `store.folder-missing`, `store.read-only`, `store.disk-full`. */
  static create(path: string, name: string = nameOf(path)): ProjectStore {
    const store = new ProjectStore(ProjectDatabase.create(path))
    store.name = name
    store.#write('createdAt', new Date().toISOString())
    return store
  }

  /** Throws `store.file-missing`, `store.not-a-project`, `store.truncated`, `store.newer-version`, `store.read-only`. */
  static open(path: string): ProjectStore {
    const database = ProjectDatabase.open(path)
    try {
      return new ProjectStore(database)
    } catch (thrown) {
      database.dispose()
      throw thrown
    }
  }

  get path(): string {
    return this.#database.path
  }

  get name(): string {
    return this.#read('name') ?? nameOf(this.path)
  }

  set name(name: string) {
    this.#write('name', name)
  }

  get notes(): string {
    return this.#read('notes') ?? ''
  }

  set notes(notes: string) {
    this.#write('notes', notes)
  }

  /** Settings that travel with the project. */
  get settings(): JsonObject {
    return JSON.parse(this.#read('settings') ?? '{}') as JsonObject
  }

  set settings(settings: JsonObject) {
    this.#write('settings', JSON.stringify(settings))
  }

  get createdAt(): string {
    return this.#read('createdAt') ?? ''
  }

  /** Size of the file and of its write-ahead log. */
  get sizeBytes(): number {
    const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
    return size(this.path) + size(`${this.path}-wal`)
  }

  get version(): number {
    return this.#database.version
  }

  /** Several changes, all or nothing. */
  transaction<T>(work: () => T): T {
    return this.#database.transaction(work)
  }

  /** Closes the file; afterwards it stands alone and may be copied. */
  dispose(): void {
    this.#database.dispose()
  }

  #read(key: string): string | undefined {
    return this.#database.get<{ value: string }>('SELECT value FROM meta WHERE key = ?', key)?.value
  }

  #write(key: string, value: string): void {
    this.#database.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value)
  }
}

function nameOf(path: string): string {
  return basename(path).replace(/\.lamina$/i, '')
}
