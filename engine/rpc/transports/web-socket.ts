import { decodeFrame, encodeFrame } from '../framing.ts'
import { connectionLost, type Message } from '../protocol.ts'
import { Inbox, type Transport } from '../transport.ts'

/**
 * Connects to a served engine, from a browser or from Node (both have `WebSocket`).
 * Rejects with `rpc.connection-lost` when the server cannot be reached or refuses the token.
 *
 * @param url `ws://127.0.0.1:PORT/rpc?token=...`
 */
export function connectWebSocket(url: string): Promise<Transport> {
  const socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  const inbox = new Inbox()
  const transport: Transport = {
    send(message: Message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(encodeFrame(message))
    },
    receive: (receiver) => inbox.receive(receiver),
    close() {
      socket.close(1000)
      inbox.close()
    },
  }
  socket.addEventListener('message', (event) => {
    try {
      inbox.deliver(decodeFrame(typeof event.data === 'string' ? event.data : new Uint8Array(event.data)))
    } catch {
      socket.close(4400, 'malformed frame')
      inbox.close()
    }
  })
  socket.addEventListener('close', () => inbox.close())
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(transport))
    socket.addEventListener('close', () => reject(connectionLost(withoutToken(url))))
  })
}

function withoutToken(url: string): string {
  return url.replace(/[?#].*$/, '')
}
