import * as v from 'valibot'
import type { ErrorDetails } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'

/** Any JSON value. */
export const jsonSchema: v.GenericSchema<Json> = v.lazy(() =>
  v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(jsonSchema), v.record(v.string(), jsonSchema)]),
) as v.GenericSchema<Json>
export const jsonObjectSchema = v.record(v.string(), jsonSchema)

export const idSchema = v.pipe(v.string(), v.regex(/^[a-z]+_[0-9a-z]{4,32}$/, 'an id such as run_6k2m9q4c1xhd'))
/** A path on the machine where the engine runs. */
export const pathSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
export const nothing = v.optional(v.object({}), {})
/** Every method that works inside an open project names it. */
export const inProject = { project: idSchema }

/** Long work. `training`, `kfold`, `sweep`, ... appear in the top bar with progress and a way to stop. */
export interface Job {
  id: string
  project: string
  kind: 'training' | 'kfold' | 'sweep' | 'profile' | 'import' | 'export' | 'predict'
  title: string
  state: 'queued' | 'running' | 'paused' | 'completed' | 'stopped' | 'failed'
  /** Units done and in all (epochs, folds, trials); total 0 = unknown. */
  done: number
  total: number
  unit: string
  etaSeconds: number | null
  startedAt: string
  finishedAt: string | null
  /** The run, sweep or evaluation it works on. */
  subject: string | null
  error: ErrorDetails | null
}
