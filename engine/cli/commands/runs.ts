import type { RunDetail, RunSummary } from '../../rpc/contract/training.ts'
import { usageError } from '../errors.ts'
import { type CommandContext, chooseRun } from '../session.ts'
import { type Cell, formatSeconds } from '../table.ts'

/** `lamina runs <project> [--compare id,id]` */
export async function run(
  { output, open }: CommandContext,
  [path]: readonly string[],
  options: { compare?: string },
): Promise<void> {
  const { client, project } = await open(path!)
  if (options.compare === undefined) {
    const runs = await client.call.runs.list({ project: project.id })
    for (const item of runs) output.event('run', item)
    const metric = runs.some((item) => 'accuracy' in item.metrics) ? 'accuracy' : 'mean_absolute_error'
    output.table(
      ['#', 'name', 'id', 'model', 'status', 'epochs', 'loss', metric, 'time', 'seed', 'started'],
      runs.map((item) => [
        item.number,
        item.name,
        item.id,
        item.modelName,
        item.status,
        item.epochs,
        item.metrics.loss,
        item.metrics[metric],
        formatSeconds(item.seconds),
        item.seed,
        item.startedAt.slice(0, 16).replace('T', ' '),
      ]),
    )
    output.done({ runs: runs.map(({ id, number, status }) => ({ id, number, status })) })
    return
  }
  const names = options.compare.split(',').filter(Boolean)
  if (names.length < 2)
    throw usageError({
      message: 'Comparing takes at least two runs.',
      where: '--compare',
      expected: 'ids or numbers separated by commas',
      received: options.compare,
      fix: 'For example --compare 1,2.',
    })
  const chosen: RunSummary[] = []
  for (const name of names) chosen.push(await chooseRun(client, project, name.trim()))
  const details = await Promise.all(chosen.map((item) => client.call.runs.get({ project: project.id, run: item.id })))
  const settings = differences(details)
  const metrics = [...new Set(details.flatMap((item) => Object.keys(item.metrics)))]
  output.table(
    ['', ...details.map((item) => item.name)],
    [
      ['model', ...details.map((item) => item.modelName)],
      ['status', ...details.map((item) => item.status)],
      ['epochs', ...details.map((item): Cell => String(item.epochs))],
      ['parameters', ...details.map((item): Cell => String(item.parameters))],
      ...metrics.map((name) => [name, ...details.map((item) => item.metrics[name])]),
      ...settings.map(({ path: setting, values }) => [setting, ...values]),
    ],
  )
  output.done({
    runs: details.map(({ id, number, name, metrics: values }) => ({ id, number, name, metrics: values })),
    differences: settings,
  })
}

/** Settings in which the runs differ, by path. */
function differences(runs: readonly RunDetail[]): { path: string; values: string[] }[] {
  const flat = runs.map(({ snapshot: { plan, document, dataset } }) => {
    const settings = new Map<string, string>([['data', dataset.name]])
    flatten('training', plan, settings)
    for (const node of Object.values(document.nodes)) flatten(node.name, { type: node.type, ...node.params }, settings)
    return settings
  })
  const paths = [...new Set(flat.flatMap((settings) => [...settings.keys()]))]
  return paths
    .map((path) => ({ path, values: flat.map((settings) => settings.get(path) ?? '-') }))
    .filter(({ values }) => new Set(values).size > 1)
}

function flatten(path: string, value: unknown, into: Map<string, string>): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [key, item] of Object.entries(value)) flatten(`${path}.${key}`, item, into)
  else into.set(path, JSON.stringify(value) ?? '-')
}
