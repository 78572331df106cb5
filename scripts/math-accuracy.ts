import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Accuracy, compileAccuracyCheck, measureAccuracy } from '../test/support/math-accuracy.ts'
import { availableLevels } from '../test/unit/native-gemm/levels.ts'
import { renewed } from './performance-table.ts'

/*
 * Writes the table of the errors of vector functions into docs/performance.md.
 *
 *     npm run bench:accuracy             all floats from 2^-20 to 128 and all exponents beyond by samples (some minutes)
 *     npm run bench:accuracy -- 61       each 61st of them
 */

const marks = ['<!-- errors: written by scripts/math-accuracy.ts -->', '<!-- end of the errors -->'] as const
const functions = { exp: 'e^x', expm1: 'e^x - 1', log: 'log(x)', log1p: 'log(1 + x)', tanh: 'tanh(x)', sigmoid: '1 / (1 + e^-x)', erf: 'erf(x)', softplus: 'log(1 + e^x)' } // biome-ignore format: one list

/** The table as Markdown: a row a function, a column an instruction set. */
export function accuracyTable(reports: readonly Accuracy[]): string {
  const cell = (report: Accuracy, name: string) =>
    `${Number(report[name]).toFixed(2)} at ${Number(Number(report[`${name}At`]).toPrecision(5))}`
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    `Largest error in units of the last place against float64, over ${Number(reports[0]?.floats).toLocaleString('en')} numbers: every float of both signs from 2^-20 to 128, one in 1021 of all others, infinities, denormals, NaN.`,
    [
      line(['', ...reports.map(({ simd }) => String(simd))]),
      line(['---', ...reports.map(() => '---')]),
      ...Object.entries(functions).map(([name, text]) =>
        line([`\`${text}\``, ...reports.map((report) => cell(report, name))]),
      ),
      line(['gelu, relative to max(1, abs(x))', ...reports.map((report) => Number(report.gelu).toExponential(1))]),
    ].join('\n'),
  ].join('\n\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), 'lamina-math-'))
  try {
    const program = join(folder, 'math_accuracy')
    compileAccuracyCheck(program)
    const stride = Number(process.argv[2] ?? 1)
    const reports = availableLevels().map((level) => measureAccuracy(program, level, stride))
    const table = accuracyTable(reports)
    console.log(table)
    const page = join(import.meta.dirname, '..', 'docs', 'performance.md')
    if (stride === 1) writeFileSync(page, renewed(readFileSync(page, 'utf8'), table, marks))
    else console.log('Not written: docs/performance.md tells what all floats give.')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
