import type { Message } from '../protocol.ts'
import { Inbox, type Transport, type TransportReceiver } from '../transport.ts'

class MemoryTransport implements Transport {
  readonly #inbox = new Inbox()
  #peer: MemoryTransport | null = null

  static pair(): [MemoryTransport, MemoryTransport] {
    const left = new MemoryTransport()
    const right = new MemoryTransport()
    left.#peer = right
    right.#peer = left
    return [left, right]
  }

  send(message: Message): void {
    const peer = this.#peer
    if (!peer || this.#inbox.closed) return
    const copy = structuredClone(message)
    queueMicrotask(() => peer.#inbox.deliver(copy))
  }

  receive(receiver: TransportReceiver): void {
    this.#inbox.receive(receiver)
  }

  close(): void {
    const peer = this.#peer
    this.#peer = null
    this.#inbox.close()
    if (peer) queueMicrotask(() => peer.#inbox.close())
  }
}

/** Two ends of a connection within one process. Messages are copied, as between processes. */
export function memoryPair(): [Transport, Transport] {
  return MemoryTransport.pair()
}
