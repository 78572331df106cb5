import { LaminaError } from '../base/errors.ts'

/** Turns what SQLite threw into an error a user can act on. */
export function storeError(error: unknown, path: string): LaminaError {
  if (error instanceof LaminaError) return error
  const code = (error as { code?: string }).code ?? ''
  if (!code.startsWith('SQLITE_')) return LaminaError.from(error, path)
  const message = error instanceof Error ? error.message : String(error)
  const make = (id: string, text: string, fix: string, expected?: string) =>
    new LaminaError(
      { code: `store.${id}`, message: text, where: path, expected, received: message, fix },
      { cause: error },
    )
  if (code.startsWith('SQLITE_FULL'))
    return make(
      'disk-full',
      'The disk is full; the last change was not saved.',
      'Free some space; what was saved before is intact.',
    )
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_PERM') || code === 'SQLITE_CANTOPEN')
    return make(
      'read-only',
      'The project file or its folder cannot be written.',
      'Copy the project to a folder you may write to.',
      'a file in a writable folder',
    )
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return make(
      'busy',
      'Another program holds the project file.',
      'Close the other program (or wait until its run has ended) and try again.',
    )
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) return damaged(path, message, error)
  if (code === 'SQLITE_CONSTRAINT_TRIGGER')
    return make(
      'immutable',
      'A finished run cannot be changed.',
      'Make a new run; name, notes and tags can still be edited.',
    )
  if (code.startsWith('SQLITE_IOERR'))
    return make(
      'input-output',
      'The disk reported an error.',
      'Check the disk or the network drive; copy the project elsewhere.',
    )
  return make(
    'unexpected',
    'The project file could not be used.',
    'Close and open the project again; if it stays, report this.',
  )
}

/** The file is a project of ours, but not whole. */
export function damaged(path: string, received: string, cause?: unknown): LaminaError {
  return new LaminaError(
    {
      code: 'store.truncated',
      message: 'The project file is damaged: a part of it is missing or broken.',
      where: path,
      expected: 'a complete .lamina project',
      received,
      fix: 'The file was not changed. Copy it again from where it came, or restore it from a backup.',
    },
    { cause },
  )
}
