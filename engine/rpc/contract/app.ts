import * as v from 'valibot'
import type { ErrorDetails } from '../../base/errors.ts'
import type { NativeInfo } from '../../native/program.ts'
import { idSchema, type Job, jsonSchema, nothing } from './common.ts'
import { method } from './define.ts'

export interface AppInfo {
  version: string
  node: string
  native: NativeInfo | null
  /** Why the native addon did not load, if so. */
  nativeError: ErrorDetails | null
  memoryBytes: number
  pid: number
}

export interface AppSettings {
  theme: 'system' | 'dark' | 'light' | 'high-contrast'
  /** 0 = all cores. */
  threads: number
  /** Panel sizes and other view state, by key. */
  view: Record<string, unknown>
}

export const app = {
  info: method<AppInfo>()(nothing),
  settings: method<AppSettings>()(nothing),
  updateSettings: method<AppSettings>()(
    v.object({
      theme: v.optional(v.picklist(['system', 'dark', 'light', 'high-contrast'])),
      threads: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(256))),
      view: v.optional(v.record(v.string(), jsonSchema)),
    }),
  ),
}

export const jobs = {
  list: method<Job[]>()(nothing),
  /** Stops within one batch; what was reached is kept. Resolves when the job has ended. */
  stop: method<Job>()(v.object({ job: idSchema })),
  pause: method<Job>()(v.object({ job: idSchema })),
  resume: method<Job>()(v.object({ job: idSchema })),
  /** Resolves when the job has ended, whatever its state. */
  wait: method<Job>()(v.object({ job: idSchema })),
}
