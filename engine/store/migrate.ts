import type Database from 'better-sqlite3'
import { storeError } from './errors.ts'
import { initial } from './migrations/0001-initial.ts'

/** One step of the schema. Published steps are never edited. */
export interface Migration {
  version: number
  name: string
  sql: string
}

export const migrations: readonly Migration[] = [initial]

/**
 * Brings a database up to the newest version, each step in a transaction of its own; stops at the first that fails.
 * Throws `store.newer-version`, `store.migration-failed`.
 */
export function migrate(
  database: Database.Database,
  path: string,
  steps: readonly Migration[] = migrations,
): { from: number; to: number } {
  const from = version(database)
  const newest = steps.at(-1)?.version ?? 0
  if (from > newest)
    throw storeError('newer-version', 'The project was made by a newer Lamina.', {
      where: path,
      expected: `project version ${newest} or older`,
      received: `project version ${from}`,
      fix: 'Update Lamina. The project is unchanged.',
    })
  for (const step of steps) {
    // Read inside the transaction: another process may have migrated in the meantime.
    const apply = database.transaction(() => {
      if (version(database) >= step.version) return
      database.exec(step.sql)
      database.pragma(`user_version = ${step.version}`)
    })
    if (version(database) >= step.version) continue
    try {
      apply.immediate()
    } catch (cause) {
      if (String((cause as { code?: unknown }).code) !== 'SQLITE_ERROR') throw cause
      throw storeError(
        'migration-failed',
        `The project could not be brought to version ${step.version}.`,
        {
          where: `${path}, migration ${step.name}`,
          expected: 'a project of an earlier Lamina',
          received: cause instanceof Error ? cause.message : String(cause),
          fix: 'The project is unchanged; please report it with the log.',
        },
        cause,
      )
    }
  }
  return { from, to: version(database) }
}

function version(database: Database.Database): number {
  return Number(database.pragma('user_version', { simple: true }))
}
