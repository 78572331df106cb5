import { LaminaError } from '../../base/errors.ts'
import type { NativeAddon } from '../../native/program.ts'
import type { AppSettingsStore } from '../../store/app-settings.ts'
import type { EventHub } from './event-hub.ts'
import type { Jobs } from './jobs.ts'
import type { Projects } from './projects.ts'

export interface EnginePaths {
  /** Settings and recent projects. */
  userData: string
  /** The program's own files: `datasets/`. */
  resources: string
  /** Where new projects go; default: the user's documents folder, or home. */
  documents?: string
}

/** What handlers work with. Made once by `createEngine`. */
export interface EngineContext {
  readonly version: string
  readonly paths: Required<EnginePaths>
  readonly settings: AppSettingsStore
  readonly events: EventHub
  readonly jobs: Jobs
  readonly projects: Projects
  /** The native addon, loaded on first use. Throws `native.*`. */
  readonly native: () => NativeAddon
}

/** Tells a line for the log of whoever listens. */
export function log(
  context: Pick<EngineContext, 'events'>,
  level: 'info' | 'warning' | 'error',
  message: string,
): void {
  context.events.emit('engine.log', { level, message, at: new Date().toISOString() })
}

/** An error about something that a project does not contain. */
export function missing(code: string, message: string, received: string, fix: string): LaminaError {
  return new LaminaError({ code, message, where: received, expected: 'something the project contains', received, fix })
}
