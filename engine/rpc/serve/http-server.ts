import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { LaminaError } from '../../base/errors.ts'
import type { Transport } from '../transport.ts'
import { acceptedSocketTransport } from '../transports/web-socket-server.ts'
import { addressOf, isOwnHost, isOwnOrigin, newToken, sameToken } from './access.ts'
import { securityHeaders, serveFile } from './static-files.ts'

export interface StudioServerOptions {
  /** Folder of the built page. */
  root: string
  /** 0 = any free port. */
  port: number
  /** Takes an authorised client. */
  connect: (transport: Transport) => void
  /** Tests may fix it. */
  token?: string
}

export interface StudioServer {
  readonly port: number
  readonly token: string
  /** Address for the browser, token included. */
  readonly url: string
  close(): Promise<void>
}

/** Uploads of data files travel in one frame. */
const MAX_FRAME_BYTES = 512 * 1024 * 1024

/**
 * Serves the studio's page and the engine on 127.0.0.1. The page itself holds no secret; the WebSocket `/rpc` opens only
 * for the token, from a page of this server (Host and Origin are checked, tokens compared in constant time).
 *
 * Throws `serve.port-in-use`.
 */
export async function startStudioServer(options: StudioServerOptions): Promise<StudioServer> {
  const token = options.token ?? newToken()
  const http = createServer((request, response) => {
    for (const [name, value] of Object.entries(securityHeaders(port))) response.setHeader(name, value)
    if (!isOwnHost(request.headers.host, port)) {
      response.writeHead(421).end('Misdirected request')
      return
    }
    serveFile(options.root, request, response).catch(() => response.destroy())
  })
  const port = await listen(http, options.port)
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false })
  http.on('upgrade', (request, socket, head) => {
    const refusal = refuse(request, port, token)
    if (refusal) {
      refuseUpgrade(socket, refusal)
      return
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => options.connect(acceptedSocketTransport(accepted)))
  })
  return {
    port,
    token,
    url: `http://127.0.0.1:${port}/?token=${token}`,
    async close() {
      for (const client of sockets.clients) client.terminate()
      http.closeAllConnections()
      await new Promise<void>((resolve) => http.close(() => resolve()))
    },
  }
}

/** Status line of the refusal, or null. Which of token, origin or host was wrong stays unsaid. */
function refuse(request: IncomingMessage, port: number, token: string): string | null {
  const address = addressOf(request)
  if (address?.pathname !== '/rpc') return '404 Not Found'
  const allowed = isOwnHost(request.headers.host, port) && isOwnOrigin(request.headers.origin, port)
  return allowed && sameToken(token, address.searchParams.get('token') ?? '') ? null : '403 Forbidden'
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new LaminaError(
          {
            code: error.code === 'EADDRINUSE' ? 'serve.port-in-use' : 'serve.cannot-listen',
            message: `The studio cannot be served on port ${port}.`,
            where: `127.0.0.1:${port}`,
            expected: 'a free port',
            received: error.code ?? error.message,
            fix: 'Choose another port with --port, or leave it out to get a free one.',
          },
          { cause: error },
        ),
      )
    })
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
