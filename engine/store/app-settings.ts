import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Json, JsonObject } from '../base/json.ts'
import { storeError } from './errors.ts'

const maxRecent = 20

export interface RecentEntry {
  path: string
  name: string
  openedAt: string
}

/** Settings and recent projects of this computer: two JSON files in the user's data folder. */
export class AppSettingsStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The stored settings; empty at first, and when the file is broken (which is kept as `settings.json.broken`). */
  read(): JsonObject {
    const value = this.#load('settings.json')
    return isObject(value) ? value : {}
  }

  /** Changes the named settings and keeps the others. Throws `store.settings-not-written`. */
  update(change: JsonObject): JsonObject {
    const settings = { ...this.read(), ...change }
    this.#save('settings.json', settings)
    return settings
  }

  /** The newest first. */
  recent(): RecentEntry[] {
    const value = this.#load('recent.json')
    if (!Array.isArray(value)) return []
    return value.flatMap((entry: Json) =>
      isObject(entry) && typeof entry.path === 'string'
        ? [
            {
              path: entry.path,
              name: String(entry.name ?? basename(entry.path)),
              openedAt: String(entry.openedAt ?? ''),
            },
          ]
        : [],
    )
  }

  remember(path: string, name: string): void {
    const others = this.recent().filter((entry) => entry.path !== path)
    this.#saveRecent([{ path, name, openedAt: new Date().toISOString() }, ...others].slice(0, maxRecent))
  }

  forget(path: string): void {
    this.#saveRecent(this.recent().filter((entry) => entry.path !== path))
  }

  #saveRecent(entries: readonly RecentEntry[]): void {
    this.#save(
      'recent.json',
      entries.map(({ path, name, openedAt }) => ({ path, name, openedAt })),
    )
  }

  #load(file: string): Json | undefined {
    const path = join(this.#folder, file)
    if (!existsSync(path)) return undefined
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Json
    } catch {
      try {
        renameSync(path, `${path}.broken`)
      } catch {
        // An unreadable folder leaves the broken file where it is; defaults serve either way.
      }
      return undefined
    }
  }

  /** Written beside and renamed, so that a crash leaves the old file or the new one. */
  #save(file: string, value: Json): void {
    const path = join(this.#folder, file)
    const beside = `${path}.${process.pid}.tmp`
    try {
      mkdirSync(this.#folder, { recursive: true })
      writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`)
      renameSync(beside, path)
    } catch (cause) {
      rmSync(beside, { force: true })
      throw storeError(
        'settings-not-written',
        'The settings could not be stored.',
        {
          where: path,
          expected: 'a folder that may be written',
          received: cause instanceof Error ? cause.message : String(cause),
          fix: 'Free space on the disk, or change the permissions of the folder.',
        },
        cause,
      )
    }
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
