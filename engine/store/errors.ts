import { type ErrorDetails, LaminaError } from '../base/errors.ts'

/** A LaminaError of this folder; `code` comes without its `store.` prefix. */
export function storeError(
  code: string,
  message: string,
  details: Omit<ErrorDetails, 'code' | 'message'>,
  cause?: unknown,
): LaminaError {
  return new LaminaError({ code: `store.${code}`, message, ...details }, { cause })
}

/** The error for an id that is not in the project. */
export function notFound(kind: string, id: string): LaminaError {
  return storeError('not-found', `The project has no ${kind} ${id}.`, {
    where: `${kind} ${id}`,
    expected: `the id of an existing ${kind}`,
    received: id,
    fix: `List the ${kind}s of the project; it may have been removed in another window.`,
  })
}

/** Turns what SQLite throws into an error that says what to do; a LaminaError and foreign errors pass unchanged. */
export function mapSqliteError(thrown: unknown, path: string): unknown {
  if (thrown instanceof LaminaError || !(thrown instanceof Error)) return thrown
  const code = String((thrown as Error & { code?: unknown }).code ?? '')
  if (!code.startsWith('SQLITE_')) return thrown
  const received = `${thrown.message} (${code})`
  if (code.startsWith('SQLITE_FULL') || /^SQLITE_IOERR_(WRITE|SHMSIZE|TRUNCATE)$/.test(code))
    return storeError(
      'disk-full',
      'The project could not be written: the disk is full or failed.',
      {
        where: path,
        expected: 'free space on the disk of the project',
        received,
        fix: 'Free some space and try again. What was stored before is unharmed.',
      },
      thrown,
    )
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM')
    return storeError(
      'read-only',
      'The project may not be written.',
      {
        where: path,
        expected: 'a file and a folder with write permission',
        received,
        fix: 'Copy the project to a folder of your own, or change its permissions.',
      },
      thrown,
    )
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return storeError(
      'project-in-use',
      'Another program is writing to the project and does not finish.',
      {
        where: path,
        expected: 'access within five seconds',
        received,
        fix: 'Close the other program, or wait and try again.',
      },
      thrown,
    )
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_IOERR_SHORT'))
    return damaged(path, received, thrown)
  if (code === 'SQLITE_CONSTRAINT_TRIGGER' && thrown.message.includes('run-finished'))
    return storeError(
      'run-finished',
      'A finished run is never changed.',
      {
        where: path,
        expected: 'a change of name, notes or tags only',
        received: 'a change of results or settings',
        fix: 'Start a new run.',
      },
      thrown,
    )
  return storeError(
    'database',
    'The project database refused an operation.',
    {
      where: path,
      expected: 'a valid change',
      received,
      fix: 'This is a defect. The project is unchanged; please report it with the log.',
    },
    thrown,
  )
}

export function damaged(path: string, received: string, cause?: unknown): LaminaError {
  return storeError(
    'truncated',
    'The project file is damaged or was cut off; it is kept as it is.',
    {
      where: path,
      expected: 'a complete project file',
      received,
      fix: 'Copy the file again from where it came, or use a backup. Lamina does not write to this one.',
    },
    cause,
  )
}
