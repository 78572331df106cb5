import { invariant, LaminaError } from '../../engine/base/errors.ts'
import { keepConnected, RpcClient } from '../../engine/rpc/client.ts'
import { type DesktopApi, ENGINE_PORT_MESSAGE } from '../../engine/rpc/contract/desktop.ts'
import type { EngineClient } from '../../engine/rpc/contract/index.ts'
import type { Transport } from '../../engine/rpc/transport.ts'
import { portTransport } from '../../engine/rpc/transports/message-port.ts'
import { connectWebSocket } from '../../engine/rpc/transports/web-socket.ts'

const TOKEN_KEY = 'lamina.token'
/** Where this tab keeps the path of its project. */
export const PROJECT_KEY = 'lamina.project'
let current: EngineClient | null = null

/** The engine of this window. Stores ask for it when they act, so a test can put a fake in its place. */
export function engine(): EngineClient {
  invariant(current, 'the engine was used before it was connected')
  return current
}

/** Makes `client` the engine of this window. */
export function setEngine(client: EngineClient): void {
  current = client
}

/** The error details of anything thrown by a call. */
export function detailsOf(thrown: unknown): LaminaError['details'] {
  return LaminaError.from(thrown).details
}

/** Connects to the engine: through the desktop shell where there is one, else to the server the page came from. */
export function connectEngine(): EngineClient {
  return window.lamina ? connectDesktop(window.lamina) : connectServer()
}

function connectDesktop(desktop: DesktopApi): EngineClient {
  const client = new RpcClient()
  let transport: Transport | null = null
  window.addEventListener('message', (event) => {
    const port = event.ports[0]
    if (event.source !== window || event.data?.type !== ENGINE_PORT_MESSAGE || !port) return
    transport = portTransport(port as unknown as Parameters<typeof portTransport>[0])
    client.attach(transport)
  })
  let running = true
  desktop.onEngineState(({ state }) => {
    if (state === 'running' && !running) desktop.connectEngine()
    // Older shells do not tell the page that a port has closed.
    if (state !== 'running') transport?.close()
    running = state === 'running'
  })
  desktop.connectEngine()
  return client
}

/** The token and project of the address, kept for reloads of this tab and taken out of the address bar. Returns the token. */
function takeAddress(): string {
  const address = new URL(window.location.href)
  for (const [name, key] of [
    ['token', TOKEN_KEY],
    ['project', PROJECT_KEY],
  ] as const) {
    const given = address.searchParams.get(name)
    if (given === null) continue
    sessionStorage.setItem(key, given)
    address.searchParams.delete(name)
  }
  window.history.replaceState(null, '', address)
  return sessionStorage.getItem(TOKEN_KEY) ?? ''
}

function connectServer(): EngineClient {
  const client = new RpcClient()
  const url = `ws://${window.location.host}/rpc?token=${encodeURIComponent(takeAddress())}`
  keepConnected(client, () => connectWebSocket(url))
  return client
}
