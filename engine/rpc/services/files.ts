import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { LaminaError } from '../../base/errors.ts'

/**
 * Writes a file so that it is there whole or not at all. Returns its full path.
 * Throws `files.cannot-write`.
 */
export function writeFileAtomically(path: string, content: string | Uint8Array): string {
  const full = resolve(path)
  const draft = `${full}.${process.pid}.new`
  try {
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(draft, content)
    renameSync(draft, full)
    return full
  } catch (cause) {
    removeDraft(draft)
    const { code, message } = cause as NodeJS.ErrnoException
    throw new LaminaError(
      {
        code: 'files.cannot-write',
        message: 'The file cannot be written.',
        where: full,
        expected: 'a folder that may be written to, with space left',
        received: code ?? message,
        fix: 'Choose another place, or free some space.',
      },
      { cause },
    )
  }
}

function removeDraft(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It was never there: the folder itself could not be made.
  }
}
