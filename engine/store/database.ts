import { closeSync, existsSync, fstatSync, openSync, readSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Disposable } from '../base/disposable.ts'
import { damaged, mapSqliteError, storeError } from './errors.ts'
import { migrate } from './migrate.ts'

/** "LMNA", in the header of every project file. */
export const APPLICATION_ID = 0x4c4d4e41
const busyMilliseconds = 5000
const magic = 'SQLite format 3\0'

/**
 * An open project database. Several processes may hold the same project open (write-ahead log; writes are short and wait for each
 * other up to five seconds); the last that closes leaves a single file.
 */
export class ProjectDatabase implements Disposable {
  readonly path: string
  readonly #database: Database.Database
  readonly #statements = new Map<string, Database.Statement>()

  private constructor(path: string, database: Database.Database) {
    this.path = path
    this.#database = database
  }

  /** Throws `store.file-exists`, `store.folder-missing`, `store.read-only`, `store.disk-full`. */
  static create(path: string): ProjectDatabase {
    if (existsSync(path))
      throw storeError('file-exists', 'There is a file of that name already.', {
        where: path,
        expected: 'a new file name',
        received: 'an existing file',
        fix: 'Choose another name, or open the existing project.',
      })
    if (!existsSync(dirname(path)))
      throw storeError('folder-missing', 'The folder for the project is not there.', {
        where: dirname(path),
        expected: 'an existing folder',
        received: 'nothing',
        fix: 'Create the folder, or choose another one.',
      })
    const opened = openChecked(path, false, (database) => database.pragma(`application_id = ${APPLICATION_ID}`))
    return new ProjectDatabase(path, opened)
  }

  /** Throws `store.file-missing`, `store.not-a-project`, `store.truncated`, `store.newer-version`, `store.read-only`. */
  static open(path: string): ProjectDatabase {
    checkHeader(path)
    if (!existsSync(`${path}-wal`)) checkContent(path)
    return new ProjectDatabase(path, openChecked(path, true))
  }

  /** Runs a statement that returns no rows; statements are prepared once. */
  run(sql: string, ...values: unknown[]): Database.RunResult {
    return this.#guard(() => this.#prepare(sql).run(...values))
  }

  get<T>(sql: string, ...values: unknown[]): T | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values)) as T | undefined
  }

  all<T>(sql: string, ...values: unknown[]): T[] {
    return this.#guard(() => this.#prepare(sql).all(...values)) as T[]
  }

  /** All or nothing. May be nested. */
  transaction<T>(work: () => T): T {
    return this.#guard(() => this.#database.transaction(work).immediate())
  }

  get version(): number {
    return Number(this.#database.pragma('user_version', { simple: true }))
  }

  get isOpen(): boolean {
    return this.#database.open
  }

  /** Limits the size of the file, in pages; a write beyond it fails as on a full disk. */
  limitPages(pages: number): void {
    this.#database.pragma(`max_page_count = ${pages}`)
  }

  /** Folds the write-ahead log into the file, which then stands alone unless another process has it open. */
  dispose(): void {
    if (!this.#database.open) return
    try {
      this.#database.pragma('wal_checkpoint(TRUNCATE)')
      this.#database.pragma('journal_mode = DELETE')
    } catch {
      // Another process has the project open: it folds the log when it closes.
    } finally {
      this.#statements.clear()
      this.#database.close()
    }
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (thrown) {
      throw mapSqliteError(thrown, this.path)
    }
  }
}

function openChecked(
  path: string,
  mustExist: boolean,
  prepare?: (database: Database.Database) => void,
): Database.Database {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { fileMustExist: mustExist, timeout: busyMilliseconds })
    prepare?.(database)
    // A newer project is refused before the journal mode, which is a write, is set.
    if (mustExist) migrate(database, path)
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    database.pragma('foreign_keys = ON')
    if (!mustExist) migrate(database, path)
    return database
  } catch (thrown) {
    database?.close()
    if (!mustExist) for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${path}${suffix}`, { force: true })
    throw mapSqliteError(thrown, path)
  }
}

/** Looks at the first bytes only. */
function checkHeader(path: string): void {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT')
      throw storeError('file-missing', 'The project file is not there.', {
        where: path,
        expected: 'a project file (.lamina)',
        received: 'nothing',
        fix: 'Check the path, or remove the entry from the list of recent projects.',
      })
    throw storeError('unreadable', 'The project file cannot be read.', {
      where: path,
      expected: 'a file that may be read',
      received: code ?? String(cause),
      fix: 'Check the permissions of the file.',
    })
  }
  try {
    const status = fstatSync(file)
    if (status.isDirectory()) throw notAProject(path, 'a folder')
    const head = Buffer.alloc(100)
    const count = readSync(file, head, 0, 100, 0)
    if (!head.toString('latin1', 0, Math.min(count, 16)).startsWith(magic.slice(0, Math.max(1, count))) || count === 0)
      throw notAProject(path, count === 0 ? 'an empty file' : 'a file of another kind')
    if (count < 100) throw damaged(path, `${count} bytes`)
    if (head.readUInt32BE(68) !== APPLICATION_ID) throw notAProject(path, 'a SQLite database of another program')
    const pageSize = head.readUInt16BE(16) === 1 ? 65536 : head.readUInt16BE(16)
    const expected = pageSize * head.readUInt32BE(28)
    const isSettled = !existsSync(`${path}-wal`) && !existsSync(`${path}-journal`)
    if (isSettled && head.readUInt32BE(24) === head.readUInt32BE(92) && status.size < expected)
      throw damaged(path, `${status.size} of ${expected} bytes`)
  } finally {
    closeSync(file)
  }
}

/** Reads every page without writing anything. */
function checkContent(path: string): void {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { readonly: true, fileMustExist: true, timeout: busyMilliseconds })
    const verdict = String(database.pragma('quick_check(1)', { simple: true }))
    if (verdict !== 'ok') throw damaged(path, verdict)
  } catch (thrown) {
    throw mapSqliteError(thrown, path)
  } finally {
    database?.close()
  }
}

function notAProject(path: string, received: string): Error {
  return storeError('not-a-project', 'The file is not a Lamina project.', {
    where: path,
    expected: 'a project file (.lamina)',
    received,
    fix: 'Choose a .lamina file. To use a table, import it as data.',
  })
}
