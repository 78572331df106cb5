import type { ErrorDetails } from '../base/errors.ts'
import { LaminaError } from '../base/errors.ts'
import type { ClientOf } from './contract/define.ts'
import type { Contract, EngineClient, EngineEvents } from './contract/index.ts'
import { connectionLost, type Message, PROTOCOL_VERSION, parseMessage } from './protocol.ts'
import type { Transport } from './transport.ts'

type Listener = (payload: never) => void
type ConnectionListener = (state: 'connected' | 'lost', reason?: ErrorDetails) => void

interface Pending {
  method: string
  resolve: (value: unknown) => void
  reject: (error: LaminaError) => void
}

/**
 * The engine seen through a connection. Calls made before the first connection wait for it; calls that are open when it
 * is lost, and calls made while it is lost, reject with `rpc.connection-lost`. `attach` connects it again, to the next
 * engine after a restart for instance; listeners stay.
 */
export class RpcClient implements EngineClient {
  readonly call: ClientOf<Contract> = callProxy((method, params) => this.#send(method, params))
  #transport: Transport | null = null
  #state: 'waiting' | 'connected' | 'lost' | 'closed' = 'waiting'
  #early: (() => void)[] = []
  readonly #pending = new Map<number, Pending>()
  #nextId = 1
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #connectionListeners = new Set<ConnectionListener>()
  #serverVersion: string | null = null

  /** Version of the engine; null until it has said hello. */
  get serverVersion(): string | null {
    return this.#serverVersion
  }

  /** Takes a new connection into use; an older one is closed. */
  attach(transport: Transport): void {
    if (this.#state === 'closed') {
      transport.close()
      return
    }
    const previous = this.#transport
    this.#transport = null
    previous?.close()
    this.#rejectPending(connectionLost())
    this.#state = 'waiting'
    this.#transport = transport
    transport.receive({
      message: (received) => this.#take(transport, received),
      closed: () => this.#lose(transport, connectionLost()),
    })
  }

  on<E extends keyof EngineEvents>(event: E, listener: (payload: EngineEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set<Listener>()
    this.#listeners.set(event, listeners)
    listeners.add(listener as Listener)
    return () => void listeners.delete(listener as Listener)
  }

  onConnection(listener: ConnectionListener): () => void {
    this.#connectionListeners.add(listener)
    return () => void this.#connectionListeners.delete(listener)
  }

  close(): void {
    this.#state = 'closed'
    const transport = this.#transport
    this.#transport = null
    transport?.close()
    this.#rejectPending(connectionLost())
    for (const send of this.#early.splice(0)) send()
    this.#listeners.clear()
    this.#connectionListeners.clear()
  }

  #send(method: string, params: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#state === 'waiting') {
        this.#early.push(() => resolve(this.#send(method, params)))
        return
      }
      const transport = this.#transport
      if (this.#state !== 'connected' || !transport) return reject(connectionLost(method))
      const id = this.#nextId
      this.#nextId += 1
      this.#pending.set(id, { method, resolve, reject })
      try {
        transport.send({ type: 'request', id, method, params })
      } catch (thrown) {
        this.#pending.delete(id)
        reject(LaminaError.from(thrown, method))
      }
    })
  }

  #take(transport: Transport, received: unknown): void {
    if (transport !== this.#transport) return
    let message: Message
    try {
      message = parseMessage(received)
    } catch (thrown) {
      this.#lose(transport, LaminaError.from(thrown))
      return
    }
    if (message.type === 'hello') this.#greet(transport, message.protocol, message.version)
    else if (message.type === 'event') this.#tell(message.name, message.payload)
    else if (message.type === 'result') this.#settle(message.id)?.resolve(message.value)
    else if (message.type === 'failure') this.#settle(message.id)?.reject(new LaminaError(message.error))
  }

  #greet(transport: Transport, protocol: number, version: string): void {
    if (protocol !== PROTOCOL_VERSION) {
      const error = new LaminaError({
        code: 'rpc.version-mismatch',
        message: 'Window and engine speak different versions of the protocol.',
        where: 'connection to the engine',
        expected: `protocol ${PROTOCOL_VERSION}`,
        received: `protocol ${protocol} (engine ${version})`,
        fix: 'Reload the page or restart the studio, so that both are of the same version of Lamina.',
      })
      this.#lose(transport, error)
      return
    }
    this.#serverVersion = version
    this.#state = 'connected'
    for (const listener of [...this.#connectionListeners]) listener('connected')
    for (const send of this.#early.splice(0)) send()
  }

  #tell(name: string, payload: unknown): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(payload as never)
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending
  }

  #lose(transport: Transport, reason: LaminaError): void {
    if (transport !== this.#transport) return
    this.#transport = null
    this.#state = 'lost'
    transport.close()
    this.#rejectPending(reason)
    for (const send of this.#early.splice(0)) send()
    for (const listener of [...this.#connectionListeners]) listener('lost', reason.details)
  }

  #rejectPending(reason: LaminaError): void {
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const { method, reject } of pending) reject(new LaminaError({ ...reason.details, where: method }))
  }
}

/** Every property is a domain, every property of a domain a method: the contract gives the types. */
function callProxy(send: (method: string, params: unknown) => Promise<unknown>): ClientOf<Contract> {
  const domains = new Map<string, unknown>()
  const domainProxy = (domain: string) => {
    const methods = new Map<string, (params: unknown) => Promise<unknown>>()
    return new Proxy(Object.freeze({}), {
      get(_target, name) {
        if (typeof name !== 'string' || name === 'then') return undefined
        if (!methods.has(name)) methods.set(name, (params) => send(`${domain}.${name}`, params ?? {}))
        return methods.get(name)
      },
    })
  }
  return new Proxy(Object.freeze({}), {
    get(_target, name) {
      if (typeof name !== 'string' || name === 'then') return undefined
      if (!domains.has(name)) domains.set(name, domainProxy(name))
      return domains.get(name)
    },
  }) as ClientOf<Contract>
}

/** A client over one connection that is there already. */
export function clientOver(transport: Transport): RpcClient {
  const client = new RpcClient()
  client.attach(transport)
  return client
}

/**
 * Connects, and again whenever the connection is lost, after the delays in milliseconds (the last one repeats).
 * Returns what ends it.
 */
export function keepConnected(
  client: RpcClient,
  connect: () => Promise<Transport>,
  delays: readonly number[] = [100, 300, 1000, 2000],
): () => void {
  let attempt = 0
  let ended = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const wait = () => {
    if (ended) return
    timer = setTimeout(attach, delays[Math.min(attempt, delays.length - 1)])
    attempt += 1
  }
  const attach = () => {
    connect().then(
      (transport) => (ended ? transport.close() : client.attach(transport)),
      () => wait(),
    )
  }
  const off = client.onConnection((state) => {
    if (state === 'connected') attempt = 0
    else wait()
  })
  attach()
  return () => {
    ended = true
    clearTimeout(timer)
    off()
  }
}
