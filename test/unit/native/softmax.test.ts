import { describe, expect, it } from 'vitest'
import { runKernel } from '../../support/native-program.ts'

function softmax(row: readonly number[]): number[] {
  const most = Math.max(...row)
  const powers = row.map((value) => Math.exp(value - most))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}

/** Differs from element to element, with rows whose values lie far apart. */
const valueAt = (row: number, column: number) =>
  Math.fround(Math.sin(row * 17 + column * 5) * (row % 5 === 4 ? 200 : 3))

describe('softmax', () => {
  // Rows of up to a vector (4, 8 or 16 floats) go through it by columns, as many rows as lanes at a time.
  it.each([1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 33])('of %i columns is that of each row alone', async (columns) => {
    for (const rows of [1, 3, 15, 16, 17, 40]) {
      const table = Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, c) => valueAt(row, c)))
      const call = (samples: number, data: number[]) =>
        runKernel({ kernel: 'softmax', samples, inputs: [{ shape: [-1, columns], data }], outputs: [[-1, columns]] })
      const together = (await call(rows, table.flat())).outputs[0] as Float32Array
      for (const [row, values] of table.entries()) {
        const own = together.slice(row * columns, (row + 1) * columns)
        for (const [c, wanted] of softmax(values).entries())
          expect(Math.abs((own[c] as number) - wanted), `row ${row} of ${rows}, column ${c}`).toBeLessThan(2e-6)
        if (row === 0 || row === rows - 1)
          expect([...own]).toEqual([...((await call(1, values)).outputs[0] as Float32Array)])
      }
    }
  })

  it('keeps a number that is none to its row', async () => {
    const data = [1, 2, 3, Number.NaN, 0, 0, 4, 4, 4]
    const [y] = (
      await runKernel({ kernel: 'softmax', samples: 3, inputs: [{ shape: [-1, 3], data }], outputs: [[-1, 3]] })
    ).outputs
    expect([...(y as Float32Array).slice(3, 6)]).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect((y as Float32Array)[6]).toBeCloseTo(1 / 3, 6)
    expect((y as Float32Array)[2]).toBeCloseTo(softmax([1, 2, 3])[2] as number, 6)
  })
})
