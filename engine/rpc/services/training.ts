import { LaminaError } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { splitTable } from '../../data/split.ts'
import type { StoredRun } from '../../store/runs.ts'
import type { Checkpoint, Resume } from '../../training/checkpoint.ts'
import { matchWeights } from '../../training/plan-weights.ts'
import { prepareData, wantedRows } from '../../training/prepare.ts'
import { monitorOf, prepareModel } from '../../training/prepare-model.ts'
import { runStateFromJson, runStateToJson } from '../../training/run-state.ts'
import { createTrainer, type RunOutcome } from '../../training/trainer.ts'
import { threadsFor } from '../../training/trainer-session.ts'
import type { StartedFrom } from '../contract/training.ts'
import type { EngineContext } from './context.ts'
import { keptSource, loadSource } from './initial-weights.ts'
import type { JobHandle, JobOutcome } from './jobs.ts'
import { loadModelWithData } from './model-loader.ts'
import type { OpenProject } from './projects.ts'
import { RunReporter } from './run-reporter.ts'
import { isResumable, type RunSnapshot, snapshotOf } from './run-views.ts'

export interface TrainRequest {
  model: string
  name?: string
  set?: Readonly<Record<string, Json>>
}

/** Starts a run of a model as saved. What is wrong with it is thrown now, before there is a run. */
export function startTraining(
  context: EngineContext,
  project: OpenProject,
  request: TrainRequest,
): { job: string; run: string } {
  const set = request.set ?? {}
  const { document, plan, description: given, table, name } = loadModelWithData(project, request.model, set)
  const prepared = prepareData(table, given, splitTable(table, given), undefined, wantedRows(document, plan))
  const { description, split, fitted, signature } = prepared
  const model = prepareModel({ document, plan, signature, trainRows: split.train.length })
  monitorOf(plan, model, split.validation.length)
  const source = loadSource(context, project, plan)
  const layers = source ? matchWeights(model.compiled.weights, source.tensors, plan.initialWeights).layers : []
  const snapshot: RunSnapshot = {
    document,
    plan,
    description,
    fitted,
    split: {
      train: split.train.length,
      validation: split.validation.length,
      test: split.test.length,
      ...(split.unlabelled && { unlabelled: split.unlabelled.length }),
    },
    parameters: model.compiled.report.parameters,
    versions: versionsOf(context),
    threads: threadsOf(context, plan.threads),
    overrides: set as JsonObject,
    ...(source ? { start: { ...source.origin, layers } } : {}),
  }
  const run = project.store.transaction(() => {
    const created = project.store.runs.create({
      kind: 'train',
      model: request.model,
      modelName: name,
      snapshot: snapshot as unknown as JsonObject,
      status: 'queued',
      ...(request.name?.trim() ? { name: request.name.trim() } : {}),
    })
    if (source) project.store.runs.saveInitialWeights(created.id, source.bytes)
    return created
  })
  return enqueue(context, project, run, null)
}

/** What starting a model would load from the run its plan names; null when it starts with fresh weights. */
export function previewStart(
  context: EngineContext,
  project: OpenProject,
  model: string,
  set: Readonly<Record<string, Json>>,
): StartedFrom | null {
  const { document, plan, description, table } = loadModelWithData(project, model, set)
  const source = loadSource(context, project, plan)
  if (!source) return null
  const { signature } = prepareData(
    table,
    description,
    splitTable(table, description),
    undefined,
    wantedRows(document, plan),
  )
  const { compiled } = prepareModel({ document, plan, signature })
  return { ...source.origin, layers: matchWeights(compiled.weights, source.tensors, plan.initialWeights).layers }
}

/**
 * Goes on with a stopped, interrupted or failed run from its last checkpoint; one that has none yet begins again.
 * Throws `runs.not-resumable`.
 */
export function resumeTraining(context: EngineContext, project: OpenProject, id: string): { job: string; run: string } {
  const stored = project.store.runs.get(id)
  if (!isResumable(stored))
    throw new LaminaError({
      code: 'runs.not-resumable',
      message: `${stored.name} cannot be resumed.`,
      where: stored.name,
      expected: 'a training run that was stopped or interrupted, or failed after its first epoch',
      received: `a ${stored.kind} run that is ${stored.status}`,
      fix:
        stored.finishedAt === null
          ? 'Wait until it has ended.'
          : 'Start a new run of the model, with the reason of the failure removed.',
    })
  project.tables.table(snapshotOf(stored).description)
  const resume = loadResume(project, stored)
  project.store.runs.dropEpochsAfter(id, resume?.last.epoch ?? 0)
  return enqueue(context, project, project.store.runs.reopen(id), resume)
}

function loadResume(project: OpenProject, run: StoredRun): Resume | null {
  const read = (kind: 'last' | 'best'): Checkpoint | undefined => {
    const stored = project.store.runs.checkpoint(run.id, kind)
    return stored ? { ...stored, state: runStateFromJson(stored.state) } : undefined
  }
  const last = read('last')
  if (!last) return null
  const best = read('best')
  return { last, ...(best ? { best } : {}), history: project.store.runs.epochs(run.id) }
}

function enqueue(
  context: EngineContext,
  project: OpenProject,
  run: StoredRun,
  resume: Resume | null,
): { job: string; run: string } {
  const reporter = new RunReporter(context, project, run)
  const { plan } = snapshotOf(run)
  const request = {
    project: project.id,
    kind: 'training',
    title: `${run.name}: ${run.modelName}`,
    unit: 'epochs',
    total: plan.epochs,
    subject: run.id,
  } as const
  const job = context.jobs.start(request, (handle) => train(context, project, run, resume, reporter, handle))
  reporter.begin(job.id)
  void context.jobs.wait(job.id).then((ended) => reporter.endIfQueued(ended))
  return { job: job.id, run: run.id }
}

async function train(
  context: EngineContext,
  project: OpenProject,
  run: StoredRun,
  resume: Resume | null,
  reporter: RunReporter,
  handle: JobHandle,
): Promise<JobOutcome> {
  const { document, plan, description, fitted } = snapshotOf(run)
  try {
    reporter.running(handle)
    const table = project.tables.table(description)
    const outcome: RunOutcome = await createTrainer({ native: context.native() }).train({
      document,
      plan,
      description,
      table,
      split: splitTable(table, description),
      fitted,
      initialWeights: keptSource(project, run.id),
      threads: threadsOf(context, plan.threads),
      control: handle.control,
      onEvent: (event) => reporter.event(event),
      save: (checkpoints) => {
        const stored = checkpoints.map((each) => ({ ...each, state: runStateToJson(each.state) }))
        project.store.runs.saveCheckpoints(run.id, stored)
        reporter.saved(checkpoints)
      },
      ...(resume ? { resumeFrom: resume } : {}),
    })
    reporter.finished(outcome)
    return outcome.status
  } catch (thrown) {
    throw reporter.failed(LaminaError.from(thrown, run.name))
  }
}

/** Threads of a run: its own wish, else the user's setting, else all cores. */
export function threadsOf(context: EngineContext, asked: number): number {
  const preferred = Number(context.settings.settings().threads ?? 0)
  return threadsFor(asked > 0 ? asked : preferred, context.native())
}

export function versionsOf(context: EngineContext): Record<string, string> {
  const { version, simd } = context.native().info()
  return { lamina: context.version, native: `${version} ${simd}`, node: process.versions.node }
}
