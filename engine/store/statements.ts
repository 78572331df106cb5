import type { Database, Statement } from 'better-sqlite3'
import { storeError } from './sqlite-errors.ts'

/** Prepared statements by text, and one place where SQLite's errors become ours. */
export class Statements {
  readonly #database: Database
  readonly #path: string
  readonly #prepared = new Map<string, Statement>()

  constructor(database: Database, path: string) {
    this.#database = database
    this.#path = path
  }

  run(sql: string, ...values: unknown[]): number {
    return this.#guard(() => this.#statement(sql).run(...values).changes)
  }

  get<Row>(sql: string, ...values: unknown[]): Row | null {
    return this.#guard(() => (this.#statement(sql).get(...values) as Row | undefined) ?? null)
  }

  all<Row>(sql: string, ...values: unknown[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values) as Row[])
  }

  /** Runs `work` in one transaction: all of it is kept or nothing. */
  transaction<T>(work: () => T): T {
    return this.#guard(() => this.#database.transaction(work).immediate())
  }

  #statement(sql: string): Statement {
    let statement = this.#prepared.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#prepared.set(sql, statement)
    }
    return statement
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw storeError(error, this.#path)
    }
  }
}
