import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** A token of 256 random bits, for an address bar. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares in constant time; texts of different length are unequal. */
export function sameToken(expected: string, received: string): boolean {
  const left = Buffer.from(expected)
  const right = Buffer.from(received)
  return left.length === right.length && timingSafeEqual(left, right)
}

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * True when the request names this server itself. A page of another site reaches a loopback server too (DNS rebinding);
 * its Host header tells it apart.
 */
export function isOwnHost(host: string | undefined, port: number): boolean {
  const match = /^(.*?)(?::(\d+))?$/.exec(host ?? '')
  return match !== null && loopbackNames.has((match[1] ?? '').toLowerCase()) && Number(match[2] ?? 80) === port
}

/**
 * True when the page that asks was served by us or is the desktop window's (`app:`, which no web page can have).
 * Programs other than browsers send no Origin.
 */
export function isOwnOrigin(origin: string | undefined, port: number): boolean {
  if (origin === undefined || origin.startsWith('app://')) return true
  return origin.startsWith('http://') && isOwnHost(origin.slice('http://'.length), port)
}

/** The address asked for; null when it is no address at all. */
export function addressOf(request: IncomingMessage): URL | null {
  return URL.parse(request.url ?? '/', 'http://127.0.0.1')
}
