/** A job that a closing window would end. */
export interface ActiveJob {
  title: string
  state: 'queued' | 'running' | 'paused'
}

/** What the main process says to the engine host. Ports travel beside `connect`, or as `data` where ports cannot cross. */
export type ToHost =
  | { kind: 'connect'; connection: number }
  | { kind: 'data'; connection: number; data: unknown }
  | { kind: 'disconnect'; connection: number }
  | { kind: 'jobs'; request: number }
  | { kind: 'shutdown' }

/** What the engine host says to the main process. */
export type FromHost =
  | { kind: 'ready' }
  | { kind: 'failed'; reason: string }
  | { kind: 'data'; connection: number; data: unknown }
  | { kind: 'disconnect'; connection: number }
  | { kind: 'jobs'; request: number; active: ActiveJob[] }

/** Where the host finds things; handed over as one JSON argument. */
export interface HostPaths {
  userData: string
  resources: string
  /** Where new projects are suggested to go. */
  documents: string
}

const kinds: ReadonlySet<string> = new Set(['ready', 'failed', 'data', 'disconnect', 'jobs'])

/** True for a message of the host; anything else that arrives on its channel is dropped. */
export function isFromHost(message: unknown): message is FromHost {
  return typeof message === 'object' && message !== null && kinds.has(String((message as { kind?: unknown }).kind))
}
