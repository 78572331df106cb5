import { dataError } from '../errors.ts'
import { csvReader } from './csv.reader.ts'
import { idxReader } from './idx.reader.ts'
import { npzReader } from './npz.reader.ts'
import type { Reader } from './reader.ts'

export const readers: readonly Reader[] = [csvReader, idxReader, npzReader]

/** Every extension a file dialog should offer. */
export function readableExtensions(): string[] {
  return readers.flatMap((reader) => [...reader.extensions])
}

/** The reader that is surest of the bytes. Throws `data.unknown-format` when none is. */
export function readerFor(bytes: Uint8Array, fileName: string): Reader {
  let best: Reader | undefined
  let sureness = 0
  for (const reader of readers) {
    const found = reader.sniff(bytes, fileName)
    if (found > sureness) {
      best = reader
      sureness = found
    }
  }
  if (best) return best
  throw dataError('unknown-format', `No reader knows the format of ${fileName}.`, {
    where: fileName,
    expected: `a file of one of these kinds: ${readableExtensions().join(', ')}`,
    received: fileName,
    fix: 'Save the table as CSV and open that.',
  })
}
