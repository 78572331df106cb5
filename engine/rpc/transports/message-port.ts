import type { Message } from '../protocol.ts'
import { Inbox, type Transport } from '../transport.ts'

/** A port of the web or of Node's `worker_threads`. */
export interface WebPort {
  postMessage(message: unknown): void
  addEventListener(type: 'message' | 'close', listener: (event: { data?: unknown }) => void): void
  start?(): void
  close(): void
}

/** A port of Electron's main or utility process. */
export interface EmitterPort {
  postMessage(message: unknown): void
  on(type: 'message', listener: (event: { data: unknown }) => void): unknown
  on(type: 'close', listener: () => void): unknown
  start?(): void
  close(): void
}

/** A process connected by an IPC channel: a forked child, or `process` within the child. */
export interface IpcProcess {
  send?(message: unknown): unknown
  on(type: 'message', listener: (message: unknown) => void): unknown
  on(type: 'disconnect', listener: () => void): unknown
  disconnect?(): void
  connected?: boolean
}

/**
 * A transport over a message port. Messages are cloned, never transferred: Electron loses transferred buffers and then
 * delivers null, which is ignored here.
 */
export function portTransport(port: WebPort | EmitterPort): Transport {
  const inbox = new Inbox()
  const take = (event: { data?: unknown }) => {
    if (event.data !== null && event.data !== undefined) inbox.deliver(event.data)
  }
  const end = () => inbox.close()
  if ('addEventListener' in port) {
    port.addEventListener('message', take)
    port.addEventListener('close', end)
  } else {
    port.on('message', take)
    port.on('close', end)
  }
  port.start?.()
  return {
    send(message: Message) {
      if (!inbox.closed) port.postMessage(message)
    },
    receive: (receiver) => inbox.receive(receiver),
    close() {
      if (inbox.closed) return
      port.close()
      inbox.close()
    },
  }
}

/** A transport over the IPC channel of a process forked with `serialization: 'advanced'`. */
export function processTransport(peer: IpcProcess): Transport {
  const inbox = new Inbox()
  peer.on('message', (message) => inbox.deliver(message))
  peer.on('disconnect', () => inbox.close())
  return {
    send(message: Message) {
      if (!inbox.closed && peer.connected !== false) peer.send?.(message)
    },
    receive: (receiver) => inbox.receive(receiver),
    close() {
      if (inbox.closed) return
      if (peer.connected !== false) peer.disconnect?.()
      inbox.close()
    },
  }
}
