import { createEngine } from '../engine/engine.ts'
import { clientOver } from '../engine/rpc/client.ts'
import { memoryPair } from '../engine/rpc/transports/memory.ts'
import { type EmitterPort, portTransport } from '../engine/rpc/transports/message-port.ts'
import type { ActiveJob, FromHost, HostPaths, ToHost } from './engine-messages.ts'

/** Electron's `process.parentPort` in a utility process; a forked Node process has `process.send` instead. */
interface ParentPort {
  on(type: 'message', listener: (event: { data: unknown; ports: EmitterPort[] }) => void): void
  postMessage(message: unknown): void
}

const parentPort = (process as { parentPort?: ParentPort }).parentPort

function tell(message: FromHost): void {
  if (parentPort) parentPort.postMessage(message)
  else if (process.connected) process.send?.(message)
}

/** A port whose other end lies behind the main process, which relays its messages. */
class RelayedPort implements EmitterPort {
  readonly #connection: number
  #onMessage: ((event: { data: unknown }) => void) | undefined
  #onClose: (() => void) | undefined

  constructor(connection: number) {
    this.#connection = connection
  }

  on(type: 'message' | 'close', listener: ((event: { data: unknown }) => void) & (() => void)): void {
    if (type === 'message') this.#onMessage = listener
    else this.#onClose = listener
  }

  postMessage(data: unknown): void {
    tell({ kind: 'data', connection: this.#connection, data })
  }

  close(): void {
    tell({ kind: 'disconnect', connection: this.#connection })
  }

  deliver(data: unknown): void {
    this.#onMessage?.({ data })
  }

  hangUp(): void {
    this.#onClose?.()
  }
}

const paths = JSON.parse(process.argv[2] ?? '{}') as HostPaths
const engine = createEngine({ paths })
const [mine, engines] = memoryPair()
engine.connect(engines)
const client = clientOver(mine)
const relayed = new Map<number, RelayedPort>()

async function activeJobs(): Promise<ActiveJob[]> {
  const active: ActiveJob[] = []
  for (const { title, state } of await client.call.jobs.list({}))
    if (state === 'queued' || state === 'running' || state === 'paused') active.push({ title, state })
  return active
}

let ending = false
async function shutdown(): Promise<void> {
  if (ending) return
  ending = true
  client.close()
  try {
    await engine.dispose()
  } finally {
    process.exit(0)
  }
}

function receive(message: ToHost, port: EmitterPort | undefined): void {
  if (message.kind === 'connect') {
    if (port) return void engine.connect(portTransport(port))
    const virtual = new RelayedPort(message.connection)
    relayed.set(message.connection, virtual)
    engine.connect(portTransport(virtual))
  } else if (message.kind === 'data') relayed.get(message.connection)?.deliver(message.data)
  else if (message.kind === 'disconnect') {
    relayed.get(message.connection)?.hangUp()
    relayed.delete(message.connection)
  } else if (message.kind === 'jobs')
    void activeJobs().then((active) => tell({ kind: 'jobs', request: message.request, active }))
  else void shutdown()
}

// A defect ends the process rather than leave it in an unknown state; the main process starts a new one.
process.on('uncaughtException', (error) => {
  console.error(error.stack ?? error.message)
  tell({ kind: 'failed', reason: error.message })
  process.exit(1)
})

if (parentPort) parentPort.on('message', (event) => receive(event.data as ToHost, event.ports[0]))
else {
  process.on('message', (message) => receive(message as ToHost, undefined))
  // The window program is gone: keep what can be kept.
  process.on('disconnect', () => void shutdown())
}
tell({ kind: 'ready' })
