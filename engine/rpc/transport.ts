import type { Message } from './protocol.ts'

/**
 * A connection that carries messages in order, `Uint8Array`s within them included.
 *
 * A transport delivers to one receiver; messages that come before `receive` is called wait.
 * `closed` is called once, whichever side hangs up; sending on a closed transport does nothing.
 */
export interface Transport {
  send(message: Message): void
  receive(receiver: TransportReceiver): void
  close(): void
}

export interface TransportReceiver {
  /** Not yet checked: see `parseMessage`. */
  message(received: unknown): void
  closed(): void
}

/** The receiving half that all transports share: holds messages back until there is a receiver. */
export class Inbox {
  #receiver: TransportReceiver | null = null
  #waiting: unknown[] = []
  #closed = false

  get closed(): boolean {
    return this.#closed
  }

  receive(receiver: TransportReceiver): void {
    this.#receiver = receiver
    const waiting = this.#waiting
    this.#waiting = []
    for (const message of waiting) receiver.message(message)
    if (this.#closed) receiver.closed()
  }

  deliver(message: unknown): void {
    if (this.#closed) return
    if (this.#receiver) this.#receiver.message(message)
    else this.#waiting.push(message)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#receiver?.closed()
  }
}
