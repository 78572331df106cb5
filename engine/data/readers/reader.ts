import type { CsvOptions } from '../dataset.ts'

/** A file as cells of text, before types are known. All columns have the same length. */
export interface RawTable {
  names: string[]
  /** Whether the names come from the file. */
  header: boolean
  /** The delimiter that was used; null for formats without one. */
  delimiter: string | null
  /** Column by column, cells trimmed. */
  columns: string[][]
  /** Line of the file (from 1) on which each row begins. */
  lines: number[]
}

/** How one file format becomes a table. A new format is one file with this declaration, listed in `index.ts`. */
export interface Reader {
  id: string
  label: string
  /** Lower case, with the dot: `.csv`, `.csv.gz`. */
  extensions: readonly string[]
  /** How sure the reader is that the bytes are its format: 0 (not at all) to 1. */
  sniff(bytes: Uint8Array, fileName: string): number
  /** Throws a LaminaError `data.*` that names file and line. */
  read(bytes: Uint8Array, fileName: string, options: CsvOptions): RawTable
}
