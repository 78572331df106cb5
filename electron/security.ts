import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { app, type IpcMainEvent, type IpcMainInvokeEvent, protocol, type Session, shell } from 'electron'
import { contentPolicy } from '../engine/rpc/contract/content-policy.ts'

/** The window's own scheme: same-origin rules and a content policy hold, and no file of the disk can be named. */
export const appOrigin = 'app://lamina'
/** Set by the development server only; a packaged program ignores it. */
const developmentUrl = app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL

/** The page of the window. */
export function pageUrl(): string {
  return developmentUrl ?? `${appOrigin}/index.html`
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Must run before the application is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Serves the built page from `folder` under app://lamina/, and nothing else. */
export function servePage(session: Session, folder: string): void {
  session.protocol.handle('app', async (request) => {
    const refused = (status: number) => new Response(null, { status })
    const url = new URL(request.url)
    if (`${url.protocol}//${url.host}` !== appOrigin || request.method !== 'GET') return refused(403)
    const path = normalize(join(folder, decodeURIComponent(url.pathname)))
    if (!path.startsWith(folder + sep)) return refused(403)
    try {
      return new Response(new Uint8Array(await readFile(path)), {
        headers: {
          'content-type': types[extname(path)] ?? 'application/octet-stream',
          'content-security-policy': contentPolicy(),
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-opener-policy': 'same-origin',
        },
      })
    } catch {
      return refused(404)
    }
  })
}

/** True when a message comes from the main frame of our own page. */
export function isTrustedSender(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame
  if (!frame || frame !== event.sender.mainFrame) return false
  return isOwnPage(frame.url)
}

function isOwnPage(url: string): boolean {
  const origin = developmentUrl ? new URL(developmentUrl).origin : appOrigin
  return url === origin || url.startsWith(`${origin}/`)
}

/** Closes every way by which a page could reach beyond the window, for all pages ever made. */
export function hardenPages(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.on('will-navigate', (event, url) => {
      if (!isOwnPage(url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      // Links to documentation open in the user's browser, never in a window of ours.
      if (/^https:\/\/[\w.-]+\//.test(url)) void shell.openExternal(url)
      return { action: 'deny' }
    })
  })
}

/** Refuses every permission but writing to the clipboard, which copying a figure needs. */
export function denyPermissions(session: Session): void {
  const allowed = new Set(['clipboard-sanitized-write'])
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed.has(permission)))
  session.setPermissionCheckHandler((_contents, permission) => allowed.has(permission))
  session.setDevicePermissionHandler(() => false)
}

/** Refuses every request that leaves the machine: the studio works offline. */
export function blockNetwork(session: Session): void {
  const local = new Set(['app:', 'devtools:', 'data:', 'blob:', 'file:', 'chrome-extension:'])
  session.webRequest.onBeforeRequest((details, answer) => {
    const url = new URL(details.url)
    const loopback = url.hostname === '127.0.0.1' || url.hostname === 'localhost'
    answer({ cancel: !(local.has(url.protocol) || loopback) })
  })
}
