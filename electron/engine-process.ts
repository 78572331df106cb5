import type { MessagePortMain } from 'electron'
import type { EngineProcessState } from '../engine/rpc/contract/desktop.ts'
import type { EngineHandle, EngineListener } from './engine-launcher.ts'
import type { ActiveJob, FromHost } from './engine-messages.ts'
import { RestartPolicy } from './restart-policy.ts'

/** How long a closing program waits for the engine to write its checkpoints. */
const shutdownMilliseconds = 5000
const answerMilliseconds = 2000

export interface EngineProcessOptions {
  launch(listener: EngineListener): EngineHandle
  onState(state: EngineProcessState): void
}

/** Keeps one engine running: starts it, starts it again when it dies, connects windows to it, and ends it in good order. */
export class EngineProcess {
  readonly #options: EngineProcessOptions
  readonly #policy = new RestartPolicy()
  readonly #waiting = new Map<number, (active: ActiveJob[]) => void>()
  #handle: EngineHandle | undefined
  #exited: (() => void) | undefined
  #closed = false
  #timer: NodeJS.Timeout | undefined
  #requests = 0
  #failure = ''
  #state: EngineProcessState = { state: 'stopped', restarts: 0, reason: null }

  constructor(options: EngineProcessOptions) {
    this.#options = options
  }

  get state(): EngineProcessState {
    return this.#state
  }

  get pid(): number | undefined {
    return this.#handle?.pid
  }

  start(): void {
    if (this.#handle || this.#state.state === 'running') return
    clearTimeout(this.#timer)
    this.#failure = ''
    this.#setState({ state: this.#state.restarts > 0 ? 'restarting' : 'starting' })
    this.#handle = this.#options.launch({
      message: (message) => this.#onMessage(message),
      exit: (code, output) => this.#onExit(code, output),
    })
  }

  /**
   * Joins a window's port to the engine. Returns false when there is none running: the window asks again when it hears that there is.
   * An engine that was given up is tried once more.
   */
  connect(port: () => MessagePortMain): boolean {
    if (this.#handle && this.#state.state === 'running') {
      this.#handle.connect(port())
      return true
    }
    if (this.#state.state === 'stopped' && !this.#closed) {
      this.#policy.reset()
      this.start()
    }
    return false
  }

  /** Jobs that would be ended by closing; none when the engine does not answer within two seconds. */
  activeJobs(): Promise<ActiveJob[]> {
    const handle = this.#handle
    if (!handle || this.#state.state !== 'running') return Promise.resolve([])
    this.#requests += 1
    const request = this.#requests
    return new Promise((resolve) => {
      const finish = (active: ActiveJob[]) => {
        clearTimeout(timer)
        this.#waiting.delete(request)
        resolve(active)
      }
      const timer = setTimeout(() => finish([]), answerMilliseconds)
      this.#waiting.set(request, finish)
      handle.send({ kind: 'jobs', request })
    })
  }

  /** Lets the engine write its checkpoints and close its projects; kills it when that takes more than five seconds. */
  async shutdown(): Promise<void> {
    clearTimeout(this.#timer)
    this.#closed = true
    const handle = this.#handle
    this.#setState({ state: 'stopped', reason: null })
    if (!handle) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => handle.kill(), shutdownMilliseconds)
      this.#exited = () => {
        clearTimeout(timer)
        resolve()
      }
      handle.send({ kind: 'shutdown' })
    })
  }

  #onMessage(message: FromHost): void {
    if (message.kind === 'ready') this.#setState({ state: 'running', reason: null })
    else if (message.kind === 'failed') this.#failure = message.reason
    else if (message.kind === 'jobs') this.#waiting.get(message.request)?.(message.active)
  }

  #onExit(code: number | null, output: string): void {
    this.#handle = undefined
    for (const finish of [...this.#waiting.values()]) finish([])
    if (this.#exited) {
      this.#exited()
      this.#exited = undefined
      return
    }
    const last = this.#failure || output.split('\n').at(-1) || ''
    const reason = `The engine ended unexpectedly (${code === null ? 'killed' : `code ${code}`})${last ? `: ${last}` : '.'}`
    const delay = this.#policy.afterDeath(Date.now())
    if (delay === null) {
      this.#setState({ state: 'stopped', reason })
      return
    }
    this.#setState({ state: 'restarting', restarts: this.#state.restarts + 1, reason })
    this.#timer = setTimeout(() => this.start(), delay)
  }

  #setState(change: Partial<EngineProcessState>): void {
    this.#state = { ...this.#state, ...change }
    this.#options.onState(this.#state)
  }
}
