import type { JsonObject } from '../../base/json.ts'
import type { DatasetDescription, FittedPreprocessing } from '../../data/dataset.ts'
import { hasAdversaries } from '../../graph/adversarial.ts'
import type { GraphDocument } from '../../graph/document.ts'
import type { ProjectStore } from '../../store/projects.ts'
import type { StoredRun } from '../../store/runs.ts'
import { defaultPlan, type TrainingPlan } from '../../training/plan.ts'
import type { RunDetail, RunSummary, StartedFrom } from '../contract/training.ts'

/** What a run is stored with: everything needed to repeat it and to use its result. */
export interface RunSnapshot {
  document: GraphDocument
  plan: TrainingPlan
  /** The data as it was described, overrides included. */
  description: DatasetDescription
  fitted: FittedPreprocessing
  split: { train: number; validation: number; test: number; unlabelled?: number }
  parameters: number
  versions: Record<string, string>
  threads: number
  overrides: JsonObject
  /** The run whose weights it started from, and what became of each layer. */
  start?: StartedFrom
}

/** Figures that grow while a run goes on. */
export interface RunFigures {
  epochs: number
  bestEpoch: number | null
  metrics: Record<string, number>
  restored?: 'best' | 'last'
}

/** The snapshot of a run; what an older version did not write of the plan is at its default. */
export function snapshotOf(run: StoredRun): RunSnapshot {
  const snapshot = run.snapshot as unknown as RunSnapshot
  return { ...snapshot, plan: { ...defaultPlan, ...snapshot.plan } }
}

export function toSummary(run: StoredRun): RunSummary {
  const { document, plan, parameters } = snapshotOf(run)
  const figures = run.summary as unknown as Partial<RunFigures>
  return {
    id: run.id,
    number: run.number,
    name: run.name,
    kind: run.kind,
    model: run.model,
    modelName: run.modelName,
    status: run.status,
    startedAt: run.startedAt,
    finishedAt: run.finishedAt,
    seconds: run.seconds,
    epochs: figures.epochs ?? 0,
    plannedEpochs: plan.epochs,
    // Older versions marked one for a GAN too.
    bestEpoch: hasAdversaries(document) ? null : (figures.bestEpoch ?? null),
    usedEpoch: usedEpoch(plan, figures),
    metrics: figures.metrics ?? {},
    parameters,
    seed: plan.seed,
    notes: run.notes,
    tags: run.tags,
    resumable: isResumable(run),
    sweep: run.sweep,
    error: run.error,
  }
}

function usedEpoch({ earlyStopping }: TrainingPlan, figures: Partial<RunFigures>): number | null {
  const restores = earlyStopping.enabled && earlyStopping.restoreBest
  return (restores ? figures.bestEpoch : null) ?? figures.epochs ?? null
}

/** Whether a run can go on. One that failed before its first epoch would only fail again. */
export function isResumable(run: StoredRun): boolean {
  if (run.kind !== 'train') return false
  if (run.status === 'failed') return ((run.summary as unknown as Partial<RunFigures>).epochs ?? 0) > 0
  return run.status === 'stopped' || run.status === 'interrupted'
}

export function toDetail(store: ProjectStore, run: StoredRun): RunDetail {
  const { document, plan, description, split, versions, threads, overrides, start } = snapshotOf(run)
  return {
    ...toSummary(run),
    snapshot: {
      document,
      plan,
      dataset: { name: description.name, hash: description.source.hash, rowCount: description.rowCount },
      split,
      versions,
      threads,
      overrides,
      start: start ?? null,
    },
    history: store.runs.epochs(run.id),
    warnings: store.runs.warnings(run.id),
  }
}
