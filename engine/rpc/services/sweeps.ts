import { LaminaError } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { splitTable } from '../../data/split.ts'
import { lowerIsBetter } from '../../evaluation/holdout.ts'
import type { StoredSweep } from '../../store/results.ts'
import { applyOverrides, searchableParameters } from '../../training/override.ts'
import { parseSpace } from '../../tuning/space.ts'
import { checkRequest, defaultMetric, rankTrials, runSweep, type SweepRequest, sweepCost } from '../../tuning/sweep.ts'
import type { TrialResult } from '../../tuning/trial.ts'
import type { SweepRecord, TrialRecord } from '../contract/evaluation.ts'
import type { EngineContext } from './context.ts'
import { loadSource } from './initial-weights.ts'
import type { JobHandle, JobOutcome } from './jobs.ts'
import { loadModelWithData } from './model-loader.ts'
import type { OpenProject } from './projects.ts'

/** A sweep as a client asks for it. */
export interface SweepParams {
  model: string
  space: Readonly<Record<string, Json>>
  strategy: 'grid' | 'random'
  trials?: number
  folds: number
  parallel: number
  seed?: number
  objective?: string
}

function toRequest(context: EngineContext, project: OpenProject, params: SweepParams): SweepRequest {
  const { document, plan, description, table } = loadModelWithData(project, params.model)
  const initialWeights = loadSource(context, project, plan)?.tensors
  const integers = searchableParameters(document, plan).filter((item) => item.kind === 'integer')
  return {
    base: { document, plan, description, table, split: splitTable(table, description), initialWeights },
    space: parseSpace(params.space as JsonObject, new Set(integers.map((item) => item.path))),
    strategy: params.strategy,
    protocol: params.folds >= 2 ? { kind: 'kfold', k: params.folds, stratified: true } : { kind: 'holdout' },
    parallel: params.parallel > 0 ? params.parallel : context.native().info().cores,
    ...(params.trials === undefined ? {} : { trials: params.trials }),
    ...(params.seed === undefined ? {} : { seed: params.seed }),
    ...(params.objective === undefined ? {} : { metric: params.objective }),
  }
}

/** Cost before the start; seconds from what an epoch of the model took last time, null when it was never trained. */
export function estimateSweep(
  context: EngineContext,
  project: OpenProject,
  params: SweepParams,
): { trials: number; fits: number; epochs: number; seconds: number | null } {
  const request = toRequest(context, project, params)
  checkRequest(request)
  const { trials, folds, epochs } = sweepCost(request)
  const last = project.store.runs
    .list()
    .findLast((run) => run.model === params.model && run.kind === 'train' && run.seconds > 0)
  const done = Number((last?.summary as { epochs?: number } | undefined)?.epochs ?? 0)
  const each = last && done > 0 ? last.seconds / done : null
  const seconds = each === null ? null : (each * epochs) / Math.max(1, Math.min(request.parallel ?? 1, trials))
  return { trials, fits: trials * folds, epochs, seconds }
}

export function startSweep(
  context: EngineContext,
  project: OpenProject,
  params: SweepParams,
): { job: string; sweep: string } {
  const request = toRequest(context, project, params)
  checkRequest(request)
  const cost = sweepCost(request)
  const { store } = project
  const { name } = store.models.get(params.model)
  const title = `Sweep of ${name}: ${request.space.dimensions.map(({ path }) => path).join(', ')}`
  const objective = params.objective ?? defaultMetric(request.base)
  const sweep = store.sweeps.create({
    model: params.model,
    name: title,
    request: { ...params, objective, planned: cost.trials } as unknown as JsonObject,
  })
  const job = context.jobs.start(
    { project: project.id, kind: 'sweep', title, unit: 'trials', total: cost.trials, subject: sweep.id },
    (handle) => run(context, project, sweep.id, request, handle),
  )
  tell(context, project, sweep.id)
  void context.jobs.wait(job.id).then((ended) => {
    if (store.sweeps.get(sweep.id).state !== 'running') return
    store.sweeps.update(sweep.id, { state: ended.state === 'failed' ? 'failed' : 'stopped' })
    tell(context, project, sweep.id)
  })
  return { job: job.id, sweep: sweep.id }
}

async function run(
  context: EngineContext,
  project: OpenProject,
  id: string,
  request: SweepRequest,
  { control, report }: JobHandle,
): Promise<JobOutcome> {
  const { sweeps } = project.store
  const place = { project: project.id, sweep: id }
  try {
    const result = await runSweep(context.native(), {
      ...request,
      control,
      onEvent(event) {
        if (event.type !== 'trial-completed') return
        const trial = toTrial(event.trial)
        sweeps.saveTrial(id, trial.number, trial as unknown as JsonObject)
        context.events.emit('sweep.trial', { ...place, trial })
        report(event.completed, { total: event.trials })
      },
    })
    sweeps.update(id, { state: result.status, result: { best: result.best ? result.best.index + 1 : null } })
    tell(context, project, id)
    return result.status
  } catch (thrown) {
    sweeps.update(id, { state: 'failed', result: { error: LaminaError.from(thrown).message } })
    tell(context, project, id)
    throw thrown
  }
}

/** Writes the values of a trial into the model. Throws `tuning.no-such-trial`. */
export function applyTrial(project: OpenProject, id: string, number: number): number {
  const record = toRecord(project, project.store.sweeps.get(id))
  const trial = record.trials.find((item) => item.number === number)
  if (!trial)
    throw new LaminaError({
      code: 'tuning.no-such-trial',
      message: `The sweep has no trial ${number}.`,
      where: record.name,
      expected: `a number from 1 to ${record.trials.length}`,
      received: String(number),
      fix: 'Choose a trial of the table.',
    })
  const { document, plan, description } = loadModelWithData(project, record.model)
  const changed = applyOverrides({ document, plan, description }, trial.values as JsonObject)
  const { models, datasets } = project.store
  return project.store.transaction(() => {
    if (changed.description && changed.description !== description)
      datasets.update(description.id, changed.description as unknown as JsonObject, description.name)
    return models.save(record.model, models.get(record.model).revision, {
      document: changed.document as unknown as JsonObject,
      plan: changed.plan as unknown as JsonObject,
    })
  })
}

export function toRecord(project: OpenProject, stored: StoredSweep): SweepRecord {
  const request = stored.request as unknown as SweepParams & { objective: string; planned: number }
  const trials = project.store.sweeps.trials(stored.id) as unknown as TrialRecord[]
  const direction = lowerIsBetter.has(request.objective.split('/').at(-1) as string) ? 'minimize' : 'maximize'
  return {
    id: stored.id,
    model: stored.model,
    name: stored.name,
    strategy: request.strategy,
    objective: request.objective,
    direction,
    folds: request.folds,
    state: stored.state,
    createdAt: stored.createdAt,
    planned: request.planned,
    trials,
    best: bestOf(trials, request.objective, direction),
  }
}

function bestOf(trials: readonly TrialRecord[], objective: string, direction: 'maximize' | 'minimize'): number | null {
  const results = trials.map((trial) => ({
    index: trial.number,
    status: trial.status === 'completed' ? 'completed' : 'failed',
    score: trial.metrics[objective] ?? null,
    metrics: trial.metrics,
  }))
  return rankTrials(results as unknown as TrialResult[], direction === 'minimize' ? 'lower' : 'higher')[0] ?? null
}

function toTrial({ index, overrides, status, metrics, seconds, error }: TrialResult): TrialRecord {
  const values = overrides as Record<string, unknown>
  return {
    number: index + 1,
    run: null,
    status,
    values,
    metrics: { ...metrics },
    seconds,
    error: error?.message ?? null,
  }
}

function tell(context: EngineContext, project: OpenProject, id: string): void {
  const { trials, ...sweep } = toRecord(project, project.store.sweeps.get(id))
  context.events.emit('sweep.changed', { project: project.id, sweep })
}
