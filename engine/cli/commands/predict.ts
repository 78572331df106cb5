import { resolve } from 'node:path'
import { usageError } from '../errors.ts'
import { type CommandContext, chooseRun } from '../session.ts'
import { formatNumber } from '../table.ts'

/** `lamina predict <project> --run id --input file --output file` */
export async function run(
  { output, open }: CommandContext,
  [path]: readonly string[],
  options: { run?: string; input?: string; split?: 'train' | 'validation' | 'test'; output?: string },
): Promise<void> {
  if ((options.input === undefined) === (options.split === undefined))
    throw usageError({
      message: 'Say which rows to predict.',
      where: 'lamina predict',
      expected: '--input file, or --split part for the project’s own rows',
      received: options.input === undefined ? 'neither' : 'both',
      fix: 'For example --input new.csv --output predictions.csv.',
    })
  const { client, project } = await open(path!)
  const run = await chooseRun(client, project, options.run ?? 'latest')
  const result = await client.call.evaluation.predict({
    project: project.id,
    run: run.id,
    input: options.input === undefined ? null : resolve(options.input),
    ...(options.split === undefined ? {} : { part: options.split }),
    ...(options.output === undefined ? {} : { output: resolve(options.output) }),
  })
  if (result.path) output.line(`${result.rows} rows predicted by ${run.name}: ${result.path}`)
  else {
    const from = result.columns.findIndex((name) => /^predicted_|^generated_|reconstruction_error$/.test(name))
    const shown = result.columns.length > 12 && from > 0 ? result.columns.slice(from) : result.columns
    const offset = result.columns.length - shown.length
    output.table(
      shown,
      result.preview.map((row) => row.slice(offset).map(rounded)),
    )
    if (result.rows > result.preview.length)
      output.line(`${result.rows - result.preview.length} more rows; write all of them with --output.`)
  }
  output.done({ runId: run.id, rows: result.rows, columns: result.columns, path: result.path })
}

/** Numbers with four digits, for the eye; the file has all of them. */
function rounded(cell: string | null): string {
  if (cell === null) return '-'
  return /^-?\d+\.\d{5,}(e-?\d+)?$/.test(cell) ? formatNumber(Number(cell)) : cell
}
