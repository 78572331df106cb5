import type { ReferenceImplementation } from '../op.ts'
import { at, operand, tensorOf, zeros } from './tensor.ts'

/** The row that an id names, or -1. */
function rowOf(id: number, rows: number): number {
  return id >= 0 && id < rows ? Math.floor(id) : -1
}

export const embedding: ReferenceImplementation = ([ids, rows], _, [shape]) => {
  const [x, table] = [operand(ids), operand(rows)]
  const [size, width] = table.shape as [number, number]
  return [
    tensorOf(shape as number[], (i) => {
      const row = rowOf(at(x, Math.floor(i / width)), size)
      return row < 0 ? Number.NaN : at(table, row * width + (i % width))
    }),
  ]
}

export const embeddingGradient: ReferenceImplementation = ([gradient, ids], _, [shape]) => {
  const [dy, x] = [operand(gradient), operand(ids)]
  const [size, width] = shape as [number, number]
  const dtable = zeros([size, width])
  for (const [position, id] of x.data.entries()) {
    const row = rowOf(id, size)
    if (row < 0) continue
    for (let c = 0; c < width; c += 1)
      dtable.data[row * width + c] = at(dtable, row * width + c) + at(dy, position * width + c)
  }
  return [dtable]
}
