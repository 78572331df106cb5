import { LaminaError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { AppSettings, app, jobs } from '../contract/app.ts'
import type { HandlersOf } from '../contract/define.ts'
import type { EngineContext } from '../services/context.ts'

export const appHandlers: HandlersOf<{ app: typeof app }, EngineContext>['app'] = {
  info(_params, { version, native }) {
    let info = null
    let nativeError = null
    try {
      info = native().info()
    } catch (thrown) {
      nativeError = LaminaError.from(thrown).details
    }
    const { rss } = process.memoryUsage()
    return { version, node: process.versions.node, native: info, nativeError, memoryBytes: rss, pid: process.pid }
  },

  settings: (_params, { settings }) => settingsFrom(settings.settings()),

  updateSettings(change, context) {
    const before = context.settings.settings()
    const view = change.view ? { ...(before.view as JsonObject | undefined), ...change.view } : before.view
    const defined = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
    return settingsFrom(context.settings.update({ ...defined, ...(view ? { view } : {}) } as JsonObject))
  },
}

export const jobHandlers: HandlersOf<{ jobs: typeof jobs }, EngineContext>['jobs'] = {
  list: (_params, context) => context.jobs.list(),
  stop: ({ job }, context) => context.jobs.stop(job),
  pause: ({ job }, context) => context.jobs.pause(job),
  resume: ({ job }, context) => context.jobs.resume(job),
  wait: ({ job }, context) => context.jobs.wait(job),
}

const themes = ['system', 'dark', 'light', 'high-contrast'] as const

/** Stored settings with defaults for what is absent or was written by another version. */
function settingsFrom(stored: JsonObject): AppSettings {
  return {
    theme: themes.find((theme) => theme === stored.theme) ?? 'system',
    threads: typeof stored.threads === 'number' ? stored.threads : 0,
    view: (stored.view ?? {}) as AppSettings['view'],
  }
}
