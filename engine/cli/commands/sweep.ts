import { readFileSync } from 'node:fs'
import { LaminaError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import type { TrialRecord } from '../../rpc/contract/evaluation.ts'
import { usageError } from '../errors.ts'
import { type CommandContext, chooseModel } from '../session.ts'
import { formatSeconds } from '../table.ts'
import { followingJobs } from './jobs.ts'

interface Options {
  model?: string
  space: string
  strategy?: 'grid' | 'random'
  trials?: number
  kfold?: number
  parallel?: number
  seed?: number
  objective?: string
  apply?: boolean
}

const SHOWN = 20

/** `lamina sweep <project> --space file.json` */
export async function run(
  { output, open }: CommandContext,
  [path]: readonly string[],
  options: Options,
): Promise<void> {
  const space = readSpace(options.space)
  const { client, project } = await open(path!)
  const model = chooseModel(project, options.model)
  const { strategy, trials, kfold: folds, parallel, seed, objective } = options
  const given = { strategy, trials, folds, parallel, seed, objective }
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const request = { project: project.id, model: model.id, space, ...defined }
  const cost = await client.call.tuning.estimate(request)
  const time = cost.seconds === null ? '' : `, about ${formatSeconds(cost.seconds)}`
  output.line(`${cost.trials} trials, ${cost.fits} fits, at most ${cost.epochs} epochs${time}`)
  const { started, job } = await followingJobs(client, output, async ({ wait }) => {
    const started = await client.call.tuning.start(request)
    output.event('started', { sweep: started.sweep, ...cost })
    const off = client.on('sweep.trial', (event) => {
      if (event.sweep === started.sweep) output.event('trial', event.trial)
    })
    return { started, job: await wait(started.job).finally(off) }
  })
  const record = await client.call.tuning.get({ project: project.id, sweep: started.sweep })
  const sign = record.direction === 'maximize' ? -1 : 1
  const score = (trial: TrialRecord) => trial.metrics[record.objective] ?? sign * Number.MAX_VALUE
  const ranked = [...record.trials].sort((a, b) => sign * (score(a) - score(b)))
  const paths = Object.keys(space)
  output.table(
    ['trial', ...paths, record.objective, 'loss', 'seconds', 'status'],
    ranked
      .slice(0, SHOWN)
      .map((trial) => [
        String(trial.number),
        ...paths.map((name) => String(trial.values[name] ?? '-')),
        trial.metrics[record.objective],
        trial.metrics.loss,
        trial.seconds,
        trial.error ?? trial.status,
      ]),
  )
  if (ranked.length > SHOWN) output.line(`${ranked.length - SHOWN} more.`)
  const best = record.trials.find((trial) => trial.number === record.best) ?? null
  if (best) output.line(`Best: trial ${best.number}, ${record.objective} ${best.metrics[record.objective]}`)
  if (options.apply && best) {
    await client.call.tuning.apply({ project: project.id, sweep: record.id, trial: best.number })
    output.line(`Its values are now those of ${model.name}.`)
  }
  output.done({ sweep: record.id, status: job.state, trials: record.trials.length, objective: record.objective, best })
}

function readSpace(file: string): Record<string, Json> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw usageError({
      message: 'The search space cannot be read.',
      where: file,
      expected: 'a JSON file',
      received: (cause as NodeJS.ErrnoException).code ?? String(cause),
      fix: 'Check the path after --space.',
    })
  }
  try {
    const space = JSON.parse(text) as unknown
    if (typeof space === 'object' && space !== null && !Array.isArray(space)) return space as Record<string, Json>
    throw new Error(Array.isArray(space) ? 'a list' : typeof space)
  } catch (cause) {
    throw new LaminaError({
      code: 'tuning.invalid-space',
      message: 'The search space is not a JSON object.',
      where: file,
      expected: 'for example {"dense_1.units": [16, 32]}',
      received: cause instanceof Error ? cause.message : String(cause),
      fix: 'Write one object of paths with lists of values or ranges.',
    })
  }
}
