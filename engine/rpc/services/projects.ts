import { existsSync, realpathSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { LaminaError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import type { AppSettingsStore } from '../../store/app-settings.ts'
import { ProjectStore } from '../../store/projects.ts'
import type { ProjectInfo } from '../contract/projects.ts'
import { DatasetCache } from './dataset-cache.ts'
import type { EventHub } from './event-hub.ts'
import type { Jobs } from './jobs.ts'

/** A project file that is open, under the id of this session. */
export interface OpenProject {
  readonly id: string
  readonly store: ProjectStore
  readonly tables: DatasetCache
}

/** The projects that are open in this engine. */
export class Projects {
  readonly #open = new Map<string, OpenProject>()
  readonly #settings: AppSettingsStore
  readonly #jobs: Jobs
  readonly #events: EventHub

  constructor(settings: AppSettingsStore, jobs: Jobs, events: EventHub) {
    this.#settings = settings
    this.#jobs = jobs
    this.#events = events
  }

  /** A new file, filled by `fill`; a failure leaves no file behind. Throws `store.file-exists`. */
  create(path: string, fill: (store: ProjectStore) => void): OpenProject {
    const full = resolve(withExtension(path))
    const store = ProjectStore.create(full)
    try {
      store.transaction(() => fill(store))
    } catch (thrown) {
      store.dispose()
      for (const suffix of ['', '-wal', '-shm']) rmSync(full + suffix, { force: true })
      throw thrown
    }
    return this.#register(store)
  }

  /** Opens a file, once: a second call gives the same project. */
  open(path: string): OpenProject {
    const full = resolve(path)
    const same = [...this.#open.values()].find((project) => canonical(project.store.path) === canonical(full))
    return same ?? this.#register(ProjectStore.open(full))
  }

  /** Reads in a project: the open one of that file, else the file, which stays as it is. */
  read<T>(path: string, work: (project: OpenProject) => T): T {
    const full = resolve(path)
    const same = [...this.#open.values()].find((project) => canonical(project.store.path) === canonical(full))
    if (same) return work(same)
    const store = ProjectStore.read(full)
    try {
      return work({ id: '', store, tables: new DatasetCache(store) })
    } finally {
      store.dispose()
    }
  }

  /** Throws `projects.not-open`. */
  get(id: string): OpenProject {
    const project = this.#open.get(id)
    if (project) return project
    throw new LaminaError({
      code: 'projects.not-open',
      message: 'This project is not open.',
      where: id,
      expected: 'the id that opening a project returned',
      received: id,
      fix: 'Open the project again; the engine may have been restarted.',
    })
  }

  /** Stops the project's jobs after a checkpoint, then closes the file. */
  async close(id: string): Promise<void> {
    const project = this.get(id)
    await this.#jobs.stopAll(id)
    this.#open.delete(id)
    project.store.dispose()
  }

  async dispose(): Promise<void> {
    for (const id of [...this.#open.keys()]) await this.close(id)
  }

  changed(project: OpenProject, ...what: ('info' | 'models' | 'datasets' | 'runs')[]): void {
    this.#events.emit('project.changed', { project: project.id, what })
  }

  /** A free file name of the user's for a new project. */
  suggestPath(folder: string, name: string): string {
    const base = name.replace(/\.lamina$/i, '').replace(/[^\p{L}\p{N} ._-]+/gu, '-').trim() || 'project' // biome-ignore format: one chain
    for (let number = 1; ; number += 1) {
      const path = join(folder, `${base}${number === 1 ? '' : `-${number}`}.lamina`)
      if (!existsSync(path)) return path
    }
  }

  #register(store: ProjectStore): OpenProject {
    const project = { id: newId('prj'), store, tables: new DatasetCache(store) }
    this.#open.set(project.id, project)
    this.#settings.remember(store.path, store.name)
    return project
  }
}

export function projectInfo({ id, store }: OpenProject): ProjectInfo {
  return {
    id,
    path: store.path,
    name: store.name,
    notes: store.notes,
    sizeBytes: store.sizeBytes,
    models: store.models.list().map((model) => ({ id: model.id, name: model.name })),
    datasets: store.datasets
      .list()
      .map((item) => ({ id: item.id, name: item.name, rowCount: Number(item.description.rowCount ?? 0) })),
    runCount: store.runs.count(),
  }
}

function withExtension(path: string): string {
  return /\.lamina$/i.test(basename(path)) ? path : `${path}.lamina`
}

function canonical(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
