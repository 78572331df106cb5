import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../base/json.ts'

const MAX_RECENT = 20

export interface RecentEntry {
  path: string
  name: string
  openedAt: string
}

interface Stored {
  settings: JsonObject
  recent: RecentEntry[]
}

/** Settings of the app and recent projects: one JSON file in the user's data folder, replaced in one step. */
export class AppSettingsStore {
  readonly #folder: string
  #stored: Stored | null = null

  constructor(userDataFolder: string) {
    this.#folder = userDataFolder
  }

  get file(): string {
    return join(this.#folder, 'settings.json')
  }

  settings(): JsonObject {
    return this.#load().settings
  }

  update(change: JsonObject): JsonObject {
    const stored = this.#load()
    stored.settings = { ...stored.settings, ...change }
    this.#save(stored)
    return stored.settings
  }

  recent(): (RecentEntry & { exists: boolean })[] {
    return this.#load().recent.map((entry) => ({ ...entry, exists: existsSync(entry.path) }))
  }

  remember(path: string, name: string): void {
    const stored = this.#load()
    const others = stored.recent.filter((entry) => entry.path !== path)
    stored.recent = [{ path, name, openedAt: new Date().toISOString() }, ...others].slice(0, MAX_RECENT)
    this.#save(stored)
  }

  forget(path: string): void {
    const stored = this.#load()
    stored.recent = stored.recent.filter((entry) => entry.path !== path)
    this.#save(stored)
  }

  /** A broken file is kept beside as `settings.broken.json`; the app goes on with defaults. */
  #load(): Stored {
    if (this.#stored) return this.#stored
    let stored: Stored = { settings: {}, recent: [] }
    if (existsSync(this.file)) {
      try {
        const read = JSON.parse(readFileSync(this.file, 'utf8')) as Partial<Stored>
        const isObject = typeof read.settings === 'object' && read.settings !== null && !Array.isArray(read.settings)
        stored = {
          settings: isObject ? (read.settings as JsonObject) : {},
          recent: Array.isArray(read.recent) ? read.recent.filter((entry) => typeof entry?.path === 'string') : [],
        }
      } catch {
        renameSync(this.file, join(this.#folder, 'settings.broken.json'))
      }
    }
    this.#stored = stored
    return stored
  }

  #save(stored: Stored): void {
    this.#stored = stored
    mkdirSync(this.#folder, { recursive: true })
    const draft = `${this.file}.${process.pid}.new`
    writeFileSync(draft, JSON.stringify(stored, null, 2))
    renameSync(draft, this.file)
  }
}
