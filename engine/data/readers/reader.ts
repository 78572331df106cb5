import type { CsvOptions } from '../dataset.ts'

/** A file by its name, in memory. */
export interface DataFile {
  name: string
  bytes: Uint8Array
}

/** A column of arrays of one shape. */
export interface RawTensor {
  /** Of one cell. */
  shape: number[]
  /** Row-major; bytes stay bytes. */
  data: Uint8Array | Float32Array
}

/** Cells of text, trimmed, or arrays. */
export type RawColumn = string[] | RawTensor

/** A file as cells, before types are known. All columns have the same length. */
export interface RawTable {
  names: string[]
  /** Whether the names come from the file. */
  header: boolean
  /** The delimiter that was used; null for formats without one. */
  delimiter: string | null
  columns: RawColumn[]
  /** Line of the file (from 1) on which each row begins; in formats without lines the number of the row. */
  lines: number[] | Int32Array
  /** What to call the data; null = as the folder, because files of this format have the same names everywhere. Default: as the file. */
  title?: string | null
}

/** How one file format becomes a table. A new format is one file with this declaration, listed in `index.ts`. */
export interface Reader {
  id: string
  label: string
  /** Lower case, with the dot: `.csv`, `.csv.gz`. */
  extensions: readonly string[]
  /** How sure the reader is that the bytes are its format: 0 (not at all) to 1. */
  sniff(bytes: Uint8Array, fileName: string): number
  /** Names of files that belong to one of this name, when they lie beside it. */
  companions?(fileName: string): readonly string[]
  /** `companions`: those of them that are there. Throws a LaminaError `data.*` that names file and line. */
  read(bytes: Uint8Array, fileName: string, options: CsvOptions, companions: readonly DataFile[]): RawTable
}

/** True for a column of cells of text. */
export function isCells(column: RawColumn): column is string[] {
  return Array.isArray(column)
}
