import { resolve } from 'node:path'
import { type CommandContext, chooseRun } from '../session.ts'
import { formatBytes } from '../table.ts'

/** `lamina export <project> --run id --format onnx --out path` */
export async function run(
  { output, open }: CommandContext,
  [path]: readonly string[],
  options: { run?: string; format: string; out: string },
): Promise<void> {
  const { client, project } = await open(path!)
  const run = await chooseRun(client, project, options.run ?? 'latest')
  const result = await client.call.exporting.run({
    project: project.id,
    run: run.id,
    format: options.format,
    path: resolve(options.out),
  })
  output.line(`${run.name} exported: ${result.path} (${formatBytes(result.bytes)})`)
  for (const note of result.notes) output.line(`note: ${note}`)
  output.done({ runId: run.id, format: options.format, ...result })
}
