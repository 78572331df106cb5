import { resolve } from 'node:path'
import type { Json } from '../../base/json.ts'
import type { EngineClient } from '../../rpc/contract/index.ts'
import type { RunDetail, RunSummary, StartedFrom } from '../../rpc/contract/training.ts'
import type { Output } from '../output.ts'
import { type CommandContext, chooseModel, chooseRun } from '../session.ts'
import { formatNumber, formatSeconds, groupDigits } from '../table.ts'
import { followingJobs } from './jobs.ts'

interface Options {
  model?: string
  epochs?: number
  batchSize?: number
  seed?: number
  threads?: number
  name?: string
  resume?: string
  from?: string
  fromProject?: string
  set?: Record<string, Json>
}

/** `lamina train <project> ...` */
export async function run(
  { output, open }: CommandContext,
  [path]: readonly string[],
  options: Options,
): Promise<void> {
  const { client, project } = await open(path!)
  const id = await followingJobs(client, output, async ({ wait }) => {
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
    const listening = tellEpochs(client, output, started.run)
    const before = await client.call.runs.get({ project: project.id, run: started.run })
    const { plannedEpochs: epochs, number, seed } = before
    output.event('started', { runId: started.run, number, epochs, seed })
    output.line(`${before.name} of ${before.modelName}: ${epochs} epochs, seed ${seed}`)
    tellStart(output, before.snapshot.start)
    tellUnlabelled(output, before.snapshot)
    try {
      await wait(started.job, listening.latest)
    } finally {
      listening.dispose()
    }
    return started.run
  })
  const run = await client.call.runs.get({ project: project.id, run: id })
  report(output.line.bind(output), run, path!)
  output.done({
    runId: run.id,
    number: run.number,
    status: run.status,
    epochs: run.epochs,
    bestEpoch: run.bestEpoch,
    seconds: run.seconds,
    metrics: run.metrics,
    ...(run.resumable ? { resume: resumeCommand(path!, run) } : {}),
  })
}

const outcomes: Readonly<Record<string, string>> = {
  loaded: 'loaded',
  shape: 'fresh: other shapes there',
  missing: 'fresh: no such layer there',
  left: 'fresh, as asked for',
}

/** What became of each layer of a run that starts from another. */
function tellStart(output: Output, start: StartedFrom | null): void {
  if (!start) return
  const { layers, ...origin } = start
  output.event('start', { ...origin, layers })
  output.line(`Starts from ${start.name} of ${start.modelName}${start.project ? ` in ${start.project}` : ''}`)
  for (const { layer, from, status } of layers)
    output.line(`  ${layer.padEnd(24)} ${outcomes[status]}${from && from !== layer ? ` (${from} there)` : ''}`)
}

/** How many rows have no label, and from when on the network labels them. */
function tellUnlabelled(output: Output, { split, plan }: RunDetail['snapshot']): void {
  const { train: labelled, unlabelled = 0 } = split
  if (unlabelled === 0) return
  const { threshold, warmupEpochs } = plan.pseudoLabels
  output.event('pseudo-labels', { labelled, unlabelled, threshold, warmupEpochs })
  output.line(
    `${groupDigits(labelled)} training rows have a label, ${groupDigits(unlabelled)} have none: pseudo-labels of at least ${threshold} from epoch ${warmupEpochs + 1} on`,
  )
}

/** Prints epochs, progress within them (with `--json`) and warnings of a run as they come; `latest` is the newest epoch's metrics as text. */
function tellEpochs(client: EngineClient, output: Output, run: string): { latest: () => string; dispose: () => void } {
  let metrics: Readonly<Record<string, number>> = {}
  const offEpochs = client.on('run.epoch', (event) => {
    if (event.run !== run) return
    for (const record of event.epochs) output.event('epoch', record)
    metrics = event.epochs.at(-1)?.metrics ?? metrics
  })
  const offWarnings = client.on('run.warning', ({ run: id, rule, message, epoch }) => {
    if (id !== run) return
    output.event('warning', { rule, message, epoch })
    output.note(`note (epoch ${epoch}): ${message}`)
  })
  const offProgress = client.on(
    'run.progress',
    ({ run: id, epoch, epochs, step, steps, samplesPerSecond, etaSeconds }) => {
      if (id === run) output.event('progress', { epoch, epochs, step, steps, samplesPerSecond, etaSeconds })
    },
  )
  return {
    latest: () =>
      Object.entries(metrics)
        .map(([name, value]) => `, ${name} ${formatNumber(value)}`)
        .join(''),
    dispose() {
      offEpochs()
      offWarnings()
      offProgress()
    },
  }
}

/** The options as overrides; `--set` names the same paths and loses against them. */
function overrides({ set, epochs, batchSize, seed, threads, from, fromProject }: Options): Record<string, Json> {
  const given = {
    'training.epochs': epochs,
    'training.batchSize': batchSize,
    'training.seed': seed,
    'training.threads': threads,
    'training.initialWeights.run': from,
    'training.initialWeights.project': fromProject === undefined ? undefined : resolve(fromProject),
  }
  const entries = Object.entries(given).filter((entry): entry is [string, number | string] => entry[1] !== undefined)
  return { ...set, ...Object.fromEntries(entries) }
}

function report(line: (text: string) => void, run: RunDetail, path: string): void {
  const early = run.status === 'completed' && run.epochs < run.plannedEpochs ? ', stopped early' : ''
  line(`${run.name} ${run.status} after ${run.epochs} epochs in ${formatSeconds(run.seconds)}${early}`)
  if (run.bestEpoch !== null) line(`Best epoch ${run.bestEpoch}`)
  for (const [name, value] of Object.entries(run.metrics)) line(`  ${name.padEnd(34)} ${formatNumber(value)}`)
  if (run.status === 'completed') line(`Next: ${evaluateCommand(path, run)}`)
  else if (run.resumable) line(`Resume with: ${resumeCommand(path, run)}`)
}

/** Measures the run on the best part that has rows; a table may be too small to spare any for test or validation. */
function evaluateCommand(path: string, { number, snapshot: { split } }: RunDetail): string {
  const part = split.test > 0 ? '' : ` --split ${split.validation > 0 ? 'validation' : 'train'}`
  return `lamina evaluate ${path} --run ${number}${part}`
}

function resumeCommand(path: string, run: Pick<RunSummary, 'number'>): string {
  return `lamina train ${path} --resume ${run.number}`
}
