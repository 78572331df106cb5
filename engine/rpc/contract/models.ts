import * as v from 'valibot'
import type { CostReport } from '../../compile/compile.ts'
import type { StepProfile } from '../../compile/step-profile.ts'
import type { Diagnostic } from '../../graph/diagnostic.ts'
import type { GraphDocument } from '../../graph/document.ts'
import type { TrainingPlan } from '../../training/plan.ts'
import { idSchema, inProject, jsonObjectSchema } from './common.ts'
import { method } from './define.ts'

export interface ModelRecord {
  id: string
  name: string
  dataset: string | null
  document: GraphDocument
  plan: TrainingPlan
  /** Grows with every save; `save` refuses an outdated base (`models.conflict`). */
  revision: number
  updatedAt: string
}

export interface ModelSummary {
  diagnostics: Diagnostic[]
  /** null while errors stand in the way. */
  cost: CostReport | null
  /** Class names or null. */
  outputs: { node: string; name: string; target: string | null; loss: string | null; classes: string[] | null }[]
}

const inModel = { ...inProject, model: idSchema }

export const models = {
  get: method<ModelRecord>()(v.object(inModel)),
  create: method<ModelRecord>()(
    v.object({
      ...inProject,
      name: v.string(),
      copyOf: v.optional(idSchema),
      dataset: v.optional(v.nullable(idSchema)),
    }),
  ),
  /** A model that goes on from a run: its drawing, frozen but for the head, and a plan that starts from its weights. */
  fromRun: method<ModelRecord>()(
    v.object({
      ...inProject,
      /** Id or number, `latest`, or `model:<name>`. */
      run: v.string(),
      /** File of the project the run is in; left out = this one. */
      from: v.optional(v.string()),
      name: v.optional(v.string()),
      dataset: v.optional(idSchema),
      /** A new head in place of the old one, fitted to the data. */
      replaceHead: v.boolean(),
    }),
  ),
  /** Stores document and plan as they are, valid or not (nothing a user drew is lost); malformed JSON is refused. */
  save: method<{ revision: number }>()(
    v.object({
      ...inModel,
      revision: v.number(),
      document: v.optional(jsonObjectSchema),
      plan: v.optional(jsonObjectSchema),
      name: v.optional(v.string()),
      dataset: v.optional(v.nullable(idSchema)),
    }),
  ),
  remove: method<null>()(v.object(inModel)),
  /** Diagnostics and cost as the compiler sees them; `set` = overrides as in `--set`. */
  summary: method<ModelSummary>()(v.object({ ...inModel, set: v.optional(jsonObjectSchema) })),
  /**
   * Times some training steps of the model as saved on its own data, op by op, and keeps nothing of them. Waits for the jobs before it, shows as a
   * job, and answers when it is complete; rejects with `profile.stopped` when that job is stopped.
   */
  profile: method<StepProfile>()(
    v.object({ ...inModel, seconds: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(60)), 1.5) }),
  ),
  /** Parameters that can be swept, with their ranges. */
  searchable: method<
    {
      path: string
      label: string
      kind: string
      min?: number
      max?: number
      logarithmic?: boolean
      options?: string[]
      current: unknown
    }[]
  >()(v.object(inModel)),
}
