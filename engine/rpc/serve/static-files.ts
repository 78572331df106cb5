import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, resolve, sep } from 'node:path'
import { contentPolicy } from '../contract/content-policy.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.map': 'application/json; charset=utf-8',
}

/** Headers of every answer. The page may load from and talk to its own server only. */
export function securityHeaders(port: number): Record<string, string> {
  const socket = `ws://127.0.0.1:${port} ws://localhost:${port}`
  return {
    'Content-Security-Policy': `${contentPolicy(socket)}; frame-ancestors 'none'`,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  }
}

/** Answers GET and HEAD for the files below `root`; anything outside of it, however spelled, does not exist. */
export async function serveFile(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return plain(response, 405, 'Method not allowed')
  }
  const path = await locate(root, request.url ?? '/')
  if (!path) return plain(response, 404, 'Not found')
  const { size } = await stat(path)
  const hashed = path.includes(`${sep}assets${sep}`)
  response.writeHead(200, {
    'Content-Type': types[extname(path)] ?? 'application/octet-stream',
    'Content-Length': size,
    'Cache-Control': hashed ? 'public, max-age=31536000, immutable' : 'no-store',
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  createReadStream(path)
    .on('error', () => response.destroy())
    .pipe(response)
}

async function locate(root: string, url: string): Promise<string | null> {
  try {
    const base = await realpath(root)
    const name = decodeURIComponent(url.replace(/[?#].*$/s, ''))
    if (name.includes('\0')) return null
    const path = await realpath(resolve(join(base, name.endsWith('/') ? `${name}index.html` : name)))
    if (!path.startsWith(base + sep)) return null
    return (await stat(path)).isFile() ? path : null
  } catch {
    return null
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': text.length })
  response.end(text)
}
