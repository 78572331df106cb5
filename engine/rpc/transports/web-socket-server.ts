import type { WebSocket } from 'ws'
import { decodeFrame, encodeFrame } from '../framing.ts'
import type { Message } from '../protocol.ts'
import { Inbox, type Transport } from '../transport.ts'

/** The server's end of an accepted WebSocket. A frame that cannot be read ends the connection. */
export function acceptedSocketTransport(socket: WebSocket): Transport {
  const inbox = new Inbox()
  socket.on('message', (data, isBinary) => {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data)
    try {
      inbox.deliver(decodeFrame(isBinary ? bytes : bytes.toString('utf8')))
    } catch {
      socket.close(4400, 'malformed frame')
      inbox.close()
    }
  })
  socket.on('close', () => inbox.close())
  socket.on('error', () => socket.terminate())
  return {
    send(message: Message) {
      if (socket.readyState === socket.OPEN) socket.send(encodeFrame(message))
    },
    receive: (receiver) => inbox.receive(receiver),
    close() {
      socket.close(1000)
      inbox.close()
    },
  }
}
