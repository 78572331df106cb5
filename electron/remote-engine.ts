import type { MessagePortMain } from 'electron'
import { WebSocket } from 'ws'
import type { Transport } from '../engine/rpc/transport.ts'
import { portTransport } from '../engine/rpc/transports/message-port.ts'
import { acceptedSocketTransport } from '../engine/rpc/transports/web-socket-server.ts'

/** Messages of one side go to the other, until either hangs up. */
function join(one: Transport, other: Transport): void {
  one.receive({ message: (message) => other.send(message as never), closed: () => other.close() })
  other.receive({ message: (message) => one.send(message as never), closed: () => one.close() })
}

/** The address of the RPC socket of a served engine, from what `lamina serve` prints (http or ws, with its token). */
export function socketAddress(address: string): string {
  const url = new URL(address)
  return `ws://${url.host}/rpc${url.search}`
}

/** Joins a port of the window to an engine that `lamina serve` runs. The port closes when the engine cannot be reached. */
export function connectRemoteEngine(address: string, port: MessagePortMain): void {
  const url = socketAddress(address)
  const socket = new WebSocket(url, { origin: `http://${new URL(url).host}`, handshakeTimeout: 5000 })
  socket.once('open', () => join(acceptedSocketTransport(socket), portTransport(port)))
  socket.once('error', () => port.close())
}
