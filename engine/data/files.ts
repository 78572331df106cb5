import { createHash } from 'node:crypto'
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatasetDescription } from './dataset.ts'
import { dataError } from './errors.ts'
import { readers } from './readers/index.ts'
import type { DataFile } from './readers/reader.ts'
import { lineTooLong, maxLineBytes, maxTextBytes, tooLarge } from './readers/text.ts'

/** SHA-256, hexadecimal. */
export function hashBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * The bytes of a data file. A first line that never ends is noticed before the rest is read.
 * Throws `data.file-missing`, `data.file-unreadable`, `data.line-too-long`, `data.too-large`.
 */
export function readDataFile(path: string): Uint8Array {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw unreadable(path, cause)
  }
  try {
    const { size } = fstatSync(file)
    if (size > maxTextBytes) throw tooLarge(path, size)
    const bytes = Buffer.alloc(size)
    let filled = 0
    while (filled < size) {
      const count = readSync(file, bytes, filled, Math.min(size - filled, maxLineBytes + 1), filled)
      if (count === 0) break
      const first = filled === 0
      filled += count
      if (first && count > maxLineBytes && isOneTextLine(bytes.subarray(0, count)))
        throw lineTooLong(basename(path), 1, size)
    }
    return bytes.subarray(0, filled)
  } catch (cause) {
    throw cause instanceof Error && cause.name === 'LaminaError' ? cause : unreadable(path, cause)
  } finally {
    closeSync(file)
  }
}

/** Files beside the one at `path` that belong to it (labels beside images). Throws what `readDataFile` throws. */
export function readCompanions(path: string): DataFile[] {
  const name = basename(path)
  const names = new Set(readers.flatMap((reader) => reader.companions?.(name) ?? []))
  return [...names]
    .filter((companion) => companion !== name && existsSync(join(dirname(path), companion)))
    .map((companion) => ({ name: companion, bytes: readDataFile(join(dirname(path), companion)) }))
}

function isOneTextLine(head: Uint8Array): boolean {
  return head.indexOf(10) < 0 && head.indexOf(13) < 0 && head.indexOf(0) < 0
}

function unreadable(path: string, cause: unknown): Error {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  if (code === 'ENOENT')
    return dataError('file-missing', `The data file ${basename(path)} is not there.`, {
      where: path,
      expected: 'a file at this path',
      received: 'nothing',
      fix: 'Put the file back, or import it from where it is now.',
    })
  return dataError('file-unreadable', `The data file ${basename(path)} cannot be read.`, {
    where: path,
    expected: 'a file that may be read',
    received: code === 'EISDIR' ? 'a folder' : code || String(cause),
    fix: 'Check the permissions of the file and that it is no folder.',
  })
}

/** Throws `data.file-changed` when the bytes are not those the description was made from. */
export function checkHash(
  bytes: Uint8Array,
  description: DatasetDescription,
  source: Pick<DatasetDescription['source'], 'size' | 'hash'> = description.source,
  where = description.source.path,
): void {
  const hash = hashBytes(bytes)
  if (hash === source.hash) return
  throw dataError('file-changed', `The data of ${description.name} has changed since it was imported.`, {
    where,
    expected: `${source.size} bytes with SHA-256 ${source.hash.slice(0, 12)}`,
    received: `${bytes.length} bytes with SHA-256 ${hash.slice(0, 12)}`,
    fix: 'Put the old file back, or import the file again as a new data set.',
    data: { expected: source.hash, received: hash },
  })
}
