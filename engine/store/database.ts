import { closeSync, existsSync, fstatSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import BetterSqlite, { type Database } from 'better-sqlite3'
import { LaminaError } from '../base/errors.ts'
import { migrate, requireCurrentVersion } from './migrate.ts'
import { damaged, storeError } from './sqlite-errors.ts'

/** "LMNA": marks a SQLite file as a Lamina project. */
export const APPLICATION_ID = 0x4c4d4e41
const BUSY_TIMEOUT_MS = 5000

/**
 * Creates a new project file. Throws `store.file-exists` rather than touch an existing one, `store.folder-missing`, `store.read-only`.
 */
export function createDatabase(path: string): Database {
  if (existsSync(path))
    throw new LaminaError({
      code: 'store.file-exists',
      message: 'There is a file of that name already.',
      where: path,
      expected: 'a name that is free',
      received: 'an existing file',
      fix: 'Choose another name, or open the existing project.',
    })
  if (!existsSync(dirname(path)))
    throw new LaminaError({
      code: 'store.folder-missing',
      message: 'The folder for the project does not exist.',
      where: dirname(path),
      expected: 'an existing folder',
      received: 'nothing at this place',
      fix: 'Create the folder first, or choose another one.',
    })
  try {
    const database = new BetterSqlite(path)
    try {
      database.pragma(`application_id = ${APPLICATION_ID}`)
      configure(database)
      migrate(database, path)
      return database
    } catch (error) {
      database.close()
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
      throw error
    }
  } catch (error) {
    throw storeError(error, path)
  }
}

/** Opens a project file that was checked to be one and whole, and closes it again when `prepare` fails. */
function openChecked(path: string, options: BetterSqlite.Options, prepare: (database: Database) => void): Database {
  const whole = checkHeader(path)
  try {
    inspect(path, whole)
    const database = new BetterSqlite(path, { ...options, fileMustExist: true })
    try {
      prepare(database)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  } catch (error) {
    throw storeError(error, path)
  }
}

/**
 * Opens an existing project file: checks that it is one and whole before anything is written, then migrates it.
 * Throws `store.file-missing`, `store.not-a-project`, `store.truncated`, `store.newer-version`, `store.read-only`, `store.busy`.
 */
export function openDatabase(path: string): Database {
  return openChecked(path, {}, (database) => {
    configure(database)
    migrate(database, path)
  })
}

/**
 * Opens an existing project file to read in it; nothing of the file is changed. Throws as `openDatabase` does, and `store.older-version` for a
 * file that would have to be migrated.
 */
export function openDatabaseReadOnly(path: string): Database {
  return openChecked(path, { readonly: true }, (database) => {
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
    requireCurrentVersion(database, path)
  })
}

/** Folds the write-ahead log back into the one file and closes it; of a file opened to be read it only closes. */
export function closeDatabase(database: Database): void {
  if (!database.open) return
  if (database.readonly) {
    database.close()
    return
  }
  try {
    database.pragma('wal_checkpoint(TRUNCATE)')
    database.pragma('journal_mode = DELETE')
  } catch {
    // Another process has the project open: it keeps the log and folds it in when it closes.
  }
  database.close()
}

function configure(database: Database): void {
  database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.pragma('foreign_keys = ON')
}

interface Header {
  pageBytes: number
  pages: number
  bytes: number
}

/** Reads the 100 bytes of SQLite's header without SQLite, so that nothing is written to a file of someone else. */
function checkHeader(path: string): Header {
  if (!existsSync(path) || !statSync(path).isFile())
    throw new LaminaError({
      code: 'store.file-missing',
      message: 'There is no project file at this place.',
      where: path,
      expected: 'a .lamina file',
      received: existsSync(path) ? 'a folder' : 'nothing',
      fix: 'Check the path; the file may have been moved or renamed.',
    })
  const header = Buffer.alloc(100)
  const file = openSync(path, 'r')
  let bytes: number
  let read: number
  try {
    bytes = fstatSync(file).size
    read = readSync(file, header, 0, 100, 0)
  } finally {
    closeSync(file)
  }
  const isSqlite = read >= 16 && header.toString('latin1', 0, 16) === 'SQLite format 3\0'
  if (!isSqlite) throw notAProject(path, bytes === 0 ? 'an empty file' : 'a file of another kind')
  if (read < 100) throw damaged(path, `${bytes} bytes, not even a whole header`)
  if (header.readUInt32BE(68) !== APPLICATION_ID) throw notAProject(path, 'a SQLite database of another program')
  const size = header.readUInt16BE(16)
  return { pageBytes: size === 1 ? 65536 : size, pages: header.readUInt32BE(28), bytes }
}

function notAProject(path: string, received: string): LaminaError {
  return new LaminaError({
    code: 'store.not-a-project',
    message: 'This file is not a Lamina project.',
    where: path,
    expected: 'a .lamina project file',
    received,
    fix: 'Choose a .lamina file. Tables (CSV) are imported from inside a project. The file was not changed.',
  })
}

/** Looks at the file read-only; throws before anything could be written to a damaged one. */
function inspect(path: string, header: Header): void {
  const hasLog = existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0
  const expected = header.pageBytes * header.pages
  if (!hasLog && header.bytes < expected) throw damaged(path, `${header.bytes} of ${expected} bytes`)
  if (hasLog) return
  const database = new BetterSqlite(path, { readonly: true, fileMustExist: true })
  try {
    const rows = database.pragma('quick_check(5)') as { quick_check: string }[]
    const problem = rows[0]?.quick_check
    if (problem && problem !== 'ok') throw damaged(path, problem)
  } finally {
    database.close()
  }
}
