import { gunzipSync } from 'node:zlib'
import { dataError } from '../errors.ts'

/** A longer line is no table. */
export const maxLineBytes = 8 * 2 ** 20
/** What fits into one string and leaves memory to work with. */
export const maxTextBytes = 448 * 2 ** 20

const spreadsheet = 'In Excel or LibreOffice save the sheet as CSV UTF-8.'
const signatures: readonly [name: string, magic: readonly number[], fix: string][] = [
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47], 'Choose a table instead.'],
  ['a JPEG image', [0xff, 0xd8, 0xff], 'Choose a table instead.'],
  ['a ZIP archive or Excel workbook', [0x50, 0x4b, 0x03, 0x04], spreadsheet],
  ['an old Excel workbook', [0xd0, 0xcf, 0x11, 0xe0], spreadsheet],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46, 0x2d], 'Export the table of the document as CSV.'],
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31], 'Convert it to CSV first.'],
  ['a SQLite database', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20], 'A Lamina project is opened, not imported.'],
]

/**
 * The text of a file: gunzipped, checked for emptiness, binary content and endless lines, and decoded (UTF-8, UTF-16 by its byte
 * order mark, or the named older encoding). Throws `data.empty-file`, `data.binary-file`, `data.line-too-long`, `data.too-large`,
 * `data.damaged-gzip`, `data.invalid-encoding`.
 */
export function decodeText(bytes: Uint8Array, fileName: string, encoding: 'utf-8' | 'windows-1252' = 'utf-8'): string {
  const content = bytes[0] === 0x1f && bytes[1] === 0x8b ? inflate(bytes, fileName) : bytes
  if (content.length === 0) throw emptyFile(fileName)
  if (content.length > maxTextBytes) throw tooLarge(fileName, content.length)
  const utf16 = byteOrder(content)
  if (!utf16) refuseBinary(content, fileName)
  refuseLongLines(content, fileName)
  const text = decode(content, utf16 ?? encoding, fileName)
  if (text.trim() === '') throw emptyFile(fileName)
  return text
}

export function tooLarge(fileName: string, size: number): Error {
  return dataError('too-large', `${fileName} is too large to be read as text.`, {
    where: fileName,
    expected: `at most ${Math.round(maxTextBytes / 2 ** 20)} MiB of text`,
    received: `${Math.round(size / 2 ** 20)} MiB`,
    fix: 'Keep only the rows and columns you need, for example every tenth row.',
  })
}

export function lineTooLong(fileName: string, line: number, length: number): Error {
  return dataError('line-too-long', `Line ${line} of ${fileName} is too long for a row of a table.`, {
    where: `${fileName}, line ${line}`,
    expected: `lines of at most ${maxLineBytes / 2 ** 20} MiB`,
    received: `${(length / 2 ** 20).toFixed(1)} MiB without a line break`,
    fix: 'Check that the file has one row a line; a JSON or minified file is no table.',
    data: { line, bytes: length },
  })
}

function emptyFile(fileName: string): Error {
  return dataError('empty-file', `${fileName} is empty.`, {
    where: fileName,
    expected: 'a header row and at least one row of data',
    received: 'no characters but white space',
    fix: 'Check that the export of the file was finished, and choose it again.',
  })
}

/** The content of a gzip file. Throws `data.damaged-gzip`, `data.too-large`. */
export function inflate(bytes: Uint8Array, fileName: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: maxTextBytes })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(fileName, maxTextBytes * 2)
    throw dataError('damaged-gzip', `${fileName} cannot be unpacked.`, {
      where: fileName,
      expected: 'a complete gzip file',
      received: cause instanceof Error ? cause.message : String(cause),
      fix: 'Download or pack the file again.',
    })
  }
}

function byteOrder(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

function refuseBinary(bytes: Uint8Array, fileName: string): void {
  const known = signatures.find(([, magic]) => magic.every((byte, index) => bytes[index] === byte))
  const nul = bytes.subarray(0, 65536).indexOf(0)
  if (!known && nul < 0) return
  throw dataError('binary-file', `${fileName} is not a text file.`, {
    where: fileName,
    expected: 'a table as text (CSV, TSV)',
    received: known ? known[0] : `a zero byte at position ${nul + 1}`,
    fix: known ? known[2] : 'Choose a text file; UTF-16 text needs its byte order mark, or save it as UTF-8.',
  })
}

function refuseLongLines(bytes: Uint8Array, fileName: string): void {
  let start = 0
  let line = 1
  while (bytes.length - start > maxLineBytes) {
    let end = bytes.indexOf(10, start)
    if (end < 0) end = bytes.length
    if (end - start > maxLineBytes) {
      const early = bytes.subarray(start, start + maxLineBytes).lastIndexOf(13)
      if (early < 0) throw lineTooLong(fileName, line, end - start)
      end = start + early
    }
    start = end + 1
    line += 1
  }
}

function decode(bytes: Uint8Array, encoding: string, fileName: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    const line = encoding === 'utf-8' ? lineOfBadByte(bytes) : 1
    throw dataError('invalid-encoding', `${fileName} is not valid ${encoding.toUpperCase()}.`, {
      where: `${fileName}, line ${line}`,
      expected: `${encoding.toUpperCase()} text`,
      received: 'bytes that mean nothing in it, probably an older Windows encoding',
      fix: 'Choose the encoding Windows-1252 in the reading options, or save the file as UTF-8.',
      data: { line },
    })
  }
}

/** Line feeds never occur inside a multi-byte character, so each line stands for itself. */
function lineOfBadByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  for (let start = 0; start < bytes.length; line += 1) {
    const found = bytes.indexOf(10, start)
    const end = found < 0 ? bytes.length : found + 1
    try {
      decoder.decode(bytes.subarray(start, end))
    } catch {
      return line
    }
    start = end
  }
  return line
}
