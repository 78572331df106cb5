import type { Database } from 'better-sqlite3'
import { LaminaError } from '../base/errors.ts'
import { initial } from './migrations/0001-initial.ts'
import { initialWeights } from './migrations/0002-initial-weights.ts'

/** One step of the project file's form. Steps are never changed once released. */
export interface Migration {
  version: number
  name: string
  sql: string
}

export const migrations: readonly Migration[] = [initial, initialWeights]
export const currentVersion = migrations.length

/**
 * Brings a project file to the current form, one transaction a step; a step that fails leaves the file at the one before.
 * Throws `store.newer-version` for a file of a later Lamina and `store.migration-failed`.
 */
export function migrate(database: Database, path: string, steps: readonly Migration[] = migrations): void {
  const newest = steps.at(-1)?.version ?? 0
  const version = versionUpTo(newest, database, path)
  for (const step of steps) {
    if (step.version <= version) continue
    const apply = database.transaction(() => {
      database.exec(step.sql)
      database.pragma(`user_version = ${step.version}`)
    })
    try {
      apply.immediate()
    } catch (error) {
      throw new LaminaError(
        {
          code: 'store.migration-failed',
          message: `The project could not be brought to format ${step.version} (${step.name}).`,
          where: path,
          expected: `a project of format ${step.version - 1} that step ${step.version} can rewrite`,
          received: error instanceof Error ? error.message : String(error),
          fix: 'The file is as it was before. Make a copy of it and report this.',
        },
        { cause: error },
      )
    }
  }
}

/** Checks that a file is of the current form without bringing it there. Throws `store.newer-version` and `store.older-version`. */
export function requireCurrentVersion(database: Database, path: string): void {
  const version = versionUpTo(currentVersion, database, path)
  if (version === currentVersion) return
  throw new LaminaError({
    code: 'store.older-version',
    message: 'This project was saved by an older Lamina, and reading in it must not change it.',
    where: path,
    expected: `project format ${currentVersion}`,
    received: `project format ${version}`,
    fix: 'Open it once as a project of its own, which brings it to the present format, or use a copy.',
  })
}

/** The version of a file. Throws `store.newer-version`. */
function versionUpTo(newest: number, database: Database, path: string): number {
  const version = database.pragma('user_version', { simple: true }) as number
  if (version <= newest) return version
  throw new LaminaError({
    code: 'store.newer-version',
    message: 'This project was saved by a newer Lamina.',
    where: path,
    expected: `project format ${newest} or older`,
    received: `project format ${version}`,
    fix: 'Update Lamina, then open the project again. The file was not changed.',
  })
}
