import * as v from 'valibot'
import type { ErrorDetails } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { GraphDocument } from '../../graph/document.ts'
import type { TrainingPlan } from '../../training/plan.ts'
import type { LayerTransfer } from '../../training/plan-weights.ts'
import { idSchema, inProject, jsonObjectSchema } from './common.ts'
import { method } from './define.ts'

export type RunStatus = 'queued' | 'running' | 'paused' | 'completed' | 'stopped' | 'interrupted' | 'failed'

export interface RunSummary {
  id: string
  /** Number within the project: "Run 7". */
  number: number
  name: string
  kind: 'train' | 'kfold' | 'trial'
  model: string
  modelName: string
  status: RunStatus
  startedAt: string
  finishedAt: string | null
  /** Training time without pauses. */
  seconds: number
  epochs: number
  plannedEpochs: number
  bestEpoch: number | null
  /** The epoch whose weights are evaluated and exported: the best where early stopping restores it, else the last. */
  usedEpoch: number | null
  /** Metrics of the restored (best or last) epoch: `loss`, `accuracy`, `validation_loss`, ... */
  metrics: Record<string, number>
  parameters: number
  seed: number
  notes: string
  tags: string[]
  resumable: boolean
  sweep: string | null
  error: ErrorDetails | null
}

export interface EpochRecord {
  /** From 1. */
  epoch: number
  metrics: Record<string, number>
  learningRate: number
  seconds: number
}

/** Where the weights of a run came from. */
export interface StartedFrom {
  /** File of the other project; null when the run is of this one. */
  project: string | null
  run: string
  number: number
  name: string
  modelName: string
  /** SHA-256 of the weights as they were; they are kept with the run. */
  hash: string
  layers: LayerTransfer[]
}

export interface RunDetail extends RunSummary {
  /** Everything needed to repeat it. */
  snapshot: {
    document: GraphDocument
    plan: TrainingPlan
    dataset: { name: string; hash: string; rowCount: number }
    /** Rows of each part, and with pseudo-labels those of the training part that have no label. */
    split: { train: number; validation: number; test: number; unlabelled?: number }
    versions: Record<string, string>
    threads: number
    overrides: JsonObject
    start: StartedFrom | null
  }
  history: EpochRecord[]
  warnings: { rule: string; message: string; epoch: number }[]
}

export interface TrainingProgress {
  run: string
  job: string
  epoch: number
  epochs: number
  step: number
  steps: number
  /** Running means of the epoch at hand. */
  metrics: Record<string, number>
  samplesPerSecond: number
  etaSeconds: number | null
}

export const training = {
  /** Starts a run of the model as saved, with overrides as in `--set`. Rejects at once when the model has errors. */
  start: method<{ job: string; run: string }>()(
    v.object({ ...inProject, model: idSchema, name: v.optional(v.string()), set: v.optional(jsonObjectSchema) }),
  ),
  /** What starting from a run would load, layer by layer, by the plan as saved with overrides; null when it starts with fresh weights. */
  previewStart: method<StartedFrom | null>()(
    v.object({ ...inProject, model: idSchema, set: v.optional(jsonObjectSchema) }),
  ),
  /** Trained runs of another project's file, newest first. */
  runsOf: method<RunSummary[]>()(v.object({ ...inProject, path: v.string() })),
  /** Goes on from the last checkpoint of a stopped or interrupted run. */
  resume: method<{ job: string; run: string }>()(v.object({ ...inProject, run: idSchema })),
}

export const runs = {
  list: method<RunSummary[]>()(v.object({ ...inProject, sweep: v.optional(idSchema) })),
  get: method<RunDetail>()(v.object({ ...inProject, run: idSchema })),
  annotate: method<RunSummary>()(
    v.object({
      ...inProject,
      run: idSchema,
      name: v.optional(v.string()),
      notes: v.optional(v.string()),
      tags: v.optional(v.array(v.string())),
    }),
  ),
  remove: method<null>()(v.object({ ...inProject, run: idSchema })),
}
