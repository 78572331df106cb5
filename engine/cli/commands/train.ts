import type { Json } from '../../base/json.ts'
import type { EpochRecord, RunSummary } from '../../rpc/contract/training.ts'
import { type CommandContext, chooseModel, chooseRun } from '../session.ts'
import { formatNumber, formatSeconds } from '../table.ts'
import { followJob } from './jobs.ts'

interface Options {
  model?: string
  epochs?: number
  batchSize?: number
  seed?: number
  threads?: number
  name?: string
  resume?: string
  set?: Record<string, Json>
}

/** `lamina train <project> ...` */
export async function run(
  { output, open }: CommandContext,
  [path]: readonly string[],
  options: Options,
): Promise<void> {
  const { client, project } = await open(path!)
  const started = options.resume
    ? await client.call.training.resume({
        project: project.id,
        run: (await chooseRun(client, project, options.resume)).id,
      })
    : await client.call.training.start({
        project: project.id,
        model: chooseModel(project, options.model).id,
        set: overrides(options),
        ...(options.name ? { name: options.name } : {}),
      })
  const off = client.on('run.epoch', (event) => {
    if (event.run !== started.run) return
    for (const record of event.epochs) {
      output.event('epoch', record)
      latest = record
    }
  })
  const offWarning = client.on('run.warning', ({ run: id, rule, message, epoch }) => {
    if (id !== started.run) return
    output.event('warning', { rule, message, epoch })
    output.note(`note (epoch ${epoch}): ${message}`)
  })
  let latest: EpochRecord | undefined
  const before = await client.call.runs.get({ project: project.id, run: started.run })
  output.event('started', {
    runId: started.run,
    number: before.number,
    epochs: before.plannedEpochs,
    seed: before.seed,
  })
  output.line(`${before.name} of ${before.modelName}: ${before.plannedEpochs} epochs, seed ${before.seed}`)
  try {
    await followJob(client, output, started.job, (job) => {
      const metrics = latest ? metricsText(latest.metrics) : ''
      return `epoch ${job.done} of ${job.total}${metrics ? `, ${metrics}` : ''}`
    })
  } finally {
    off()
    offWarning()
  }
  const run = await client.call.runs.get({ project: project.id, run: started.run })
  const { history, snapshot, warnings, ...summary } = run
  report(output.line.bind(output), summary, path!)
  output.done({
    runId: run.id,
    number: run.number,
    status: run.status,
    epochs: run.epochs,
    bestEpoch: run.bestEpoch,
    seconds: run.seconds,
    metrics: run.metrics,
  })
}

/** The options as overrides; `--set` names the same paths and loses against them. */
function overrides({ set, epochs, batchSize, seed, threads }: Options): Record<string, Json> {
  const given = {
    'training.epochs': epochs,
    'training.batchSize': batchSize,
    'training.seed': seed,
    'training.threads': threads,
  }
  const entries = Object.entries(given).filter((entry): entry is [string, number] => entry[1] !== undefined)
  return { ...set, ...Object.fromEntries(entries) }
}

function metricsText(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${formatNumber(value)}`)
    .join(', ')
}

function report(line: (text: string) => void, run: RunSummary, path: string): void {
  const early = run.status === 'completed' && run.epochs < run.plannedEpochs ? ', stopped early' : ''
  line(`${run.name} ${run.status} after ${run.epochs} epochs in ${formatSeconds(run.seconds)}${early}`)
  if (run.bestEpoch !== null) line(`Best epoch ${run.bestEpoch}`)
  for (const [name, value] of Object.entries(run.metrics)) line(`  ${name.padEnd(34)} ${formatNumber(value)}`)
  if (run.status === 'completed') line(`Next: lamina evaluate ${path} --run ${run.number}`)
  else line(`Resume with: lamina train ${path} --resume ${run.number}`)
}
