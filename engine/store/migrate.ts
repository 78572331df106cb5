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
  const version = database.pragma('user_version', { simple: true }) as number
  const newest = steps.at(-1)?.version ?? 0
  if (version > newest)
    throw new LaminaError({
      code: 'store.newer-version',
      message: 'This project was saved by a newer Lamina.',
      where: path,
      expected: `project format ${newest} or older`,
      received: `project format ${version}`,
      fix: 'Update Lamina, then open the project again. The file was not changed.',
    })
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
          received: error instanceof Error ? error.message : String(error),
          fix: 'The file is as it was before. Make a copy of it and report this.',
        },
        { cause: error },
      )
    }
  }
}
