import { homedir } from 'node:os'
import { loadAddon } from './addon.ts'
import type { NativeAddon } from './native/program.ts'
import { contract } from './rpc/contract/index.ts'
import { handlers } from './rpc/handlers/index.ts'
import { type Connection, serve } from './rpc/server.ts'
import { type EngineContext, type EnginePaths, log } from './rpc/services/context.ts'
import { EventHub } from './rpc/services/event-hub.ts'
import { Jobs } from './rpc/services/jobs.ts'
import { Projects } from './rpc/services/projects.ts'
import type { Transport } from './rpc/transport.ts'
import { AppSettingsStore } from './store/app-settings.ts'
import { laminaVersion } from './version.ts'

export interface EngineOptions {
  paths: EnginePaths
  /** Cores that all native sessions share; default: all. */
  cores?: number
  /** Jobs that run at the same time; default 1, each with all cores. */
  concurrentJobs?: number
  version?: string
  /** Loads the native addon; for tests. */
  native?: () => NativeAddon
}

/** The whole product without a window. Clients reach it through connections only. */
export interface Engine {
  /** Serves a client over `transport` until either side hangs up. */
  connect(transport: Transport): Connection
  /** Stops all jobs after a checkpoint, closes all projects, then all connections. */
  dispose(): Promise<void>
}

/** Puts the engine together. Nothing in it is global: several engines can live in one process. */
export function createEngine(options: EngineOptions): Engine {
  const events = new EventHub()
  const settings = new AppSettingsStore(options.paths.userData)
  const jobs = new Jobs(events, { concurrency: options.concurrentJobs ?? 1 })
  const projects = new Projects(settings, jobs, events)
  const version = options.version ?? laminaVersion()
  let loaded: NativeAddon | undefined
  const native = (): NativeAddon => {
    if (!loaded) {
      loaded = (options.native ?? loadAddon)()
      if (options.cores) loaded.setCoreBudget(options.cores)
    }
    return loaded
  }
  const paths = { ...options.paths, documents: options.paths.documents ?? homedir() }
  const context: EngineContext = { version, paths, settings, events, jobs, projects, native }
  const connections = new Set<Connection>()
  let disposed: Promise<void> | undefined
  return {
    connect(transport) {
      const connection = serve(transport, {
        contract,
        handlers,
        context,
        events,
        version,
        onFailure: (method, { details }) => log(context, 'warning', `${method}: ${details.code} ${details.message}`),
      })
      connections.add(connection)
      void connection.closed.then(() => connections.delete(connection))
      return connection
    },
    dispose() {
      disposed ??= (async () => {
        await jobs.stopAll()
        await projects.dispose()
        for (const connection of [...connections]) connection.close()
      })()
      return disposed
    },
  }
}
