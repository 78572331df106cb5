import type { Table, TensorColumn, Thumbnail } from './dataset.ts'
import { cellOf } from './table.ts'

/** Width and height that a small picture does not exceed. */
const LARGEST = 32

/**
 * One cell as a small picture: height, width and one or three channels as they are; other channels the first; of a video its middle frame;
 * a series as its values over time. Bytes keep their value, other numbers are stretched from the least to the greatest of the cell.
 */
export function thumbnailOf(column: TensorColumn, row: number): Thumbnail {
  const { shape } = column
  const cell = cellOf(column, row)
  const frame = shape.length === 4 ? Math.floor(shape[0]! / 2) * (cell.length / shape[0]!) : 0
  const [rows = 1, columns = 1, depth = 1] =
    shape.length === 4 ? shape.slice(1) : shape.length === 1 ? [1, ...shape] : shape
  const channels = depth === 3 ? 3 : 1
  const step = Math.max(1, Math.ceil(Math.max(rows, columns) / LARGEST))
  const [height, width] = [Math.ceil(rows / step), Math.ceil(columns / step)]
  const [from, scale] = rangeOf(cell)
  const bytes = new Uint8Array(height * width * channels)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let channel = 0; channel < channels; channel += 1) {
        let sum = 0
        let count = 0
        for (let dy = 0; dy < step && y * step + dy < rows; dy += 1)
          for (let dx = 0; dx < step && x * step + dx < columns; dx += 1) {
            sum += cell[frame + ((y * step + dy) * columns + x * step + dx) * depth + channel]!
            count += 1
          }
        bytes[(y * width + x) * channels + channel] = Math.round((sum / count - from) * scale)
      }
  return { width, height, channels, bytes }
}

function rangeOf(cell: Uint8Array | Float32Array): [from: number, scale: number] {
  if (cell instanceof Uint8Array) return [0, 1]
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (const value of cell) {
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  return greatest > least ? [least, 255 / (greatest - least)] : [least, 0]
}

/** Of the rows from `from` on, by column. */
export function thumbnailsOf(table: Table, from: number, count: number): Record<string, Thumbnail[]> {
  const rows = Array.from({ length: Math.max(0, Math.min(table.rowCount - from, count)) }, (_, index) => from + index)
  return Object.fromEntries(
    table.columns
      .filter((column) => column.type === 'tensor')
      .map((column) => [column.name, rows.map((row) => thumbnailOf(column, row))]),
  )
}
