import type { DataGenerator } from './template.ts'

/** All rows of a truth table over two inputs `x1` and `x2`, one column of answers for each function. */
export function truthTable(
  name: string,
  answers: Readonly<Record<string, (x1: number, x2: number) => string | number>>,
): DataGenerator {
  const rows = [0, 1, 2, 3].map((row) => [row >> 1, row & 1] as const)
  return {
    name,
    rows: rows.length,
    columns: 2 + Object.keys(answers).length,
    make: () => [
      { name: 'x1', values: rows.map(([x1]) => x1) },
      { name: 'x2', values: rows.map(([, x2]) => x2) },
      ...Object.entries(answers).map(([column, answer]) => ({
        name: column,
        values: rows.map(([x1, x2]) => String(answer(x1, x2))),
      })),
    ],
  }
}
