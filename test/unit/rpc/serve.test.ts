import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { sameToken } from '../../../engine/rpc/serve/access.ts'
import { type StudioServer, startStudioServer } from '../../../engine/rpc/serve/http-server.ts'
import type { Transport } from '../../../engine/rpc/transport.ts'

let folder: string
let server: StudioServer
const connections: Transport[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lamina-serve-'))
  mkdirSync(join(folder, 'page', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'page', 'index.html'), '<!doctype html><title>Lamina</title>')
  writeFileSync(join(folder, 'page', 'assets', 'a.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'page', 'link.txt'))
  const root = join(folder, 'page')
  server = await startStudioServer({ root, port: 0, connect: (transport) => connections.push(transport) })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    call.on('error', reject).end()
  })
}

/** Resolves with 'open' or the status the upgrade was refused with. */
function openSocket(path: string, headers: Record<string, string> = {}): Promise<string | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers })
    socket.on('open', () => {
      socket.close()
      resolve('open')
    })
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => {})
  })
}

describe('the page', () => {
  it('is served with a strict policy and without sniffing', async () => {
    const answer = await get('/')
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('Lamina')
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    const policy = String(answer.headers['content-security-policy'])
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toContain('unsafe-eval')
    expect((await get('/assets/a.js?v=1')).headers['content-type']).toBe('text/javascript; charset=utf-8')
  })

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/link.txt',
    '/%00',
    '/%',
    '/assets',
    '//secret.txt',
    '/nothing.js',
  ])('does not leave its folder for %s', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(404)
    expect(answer.body).not.toContain('secret')
  })

  it('is refused to a site that points its own name at this machine', async () => {
    expect((await get('/', { Host: `evil.example:${server.port}` })).status).toBe(421)
    expect((await get('/', { Host: 'localhost:1' })).status).toBe(421)
  })

  it('answers nothing but GET and HEAD', async () => {
    expect((await get('/', {}, 'POST')).status).toBe(405)
    expect(await get('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })
})

describe('the WebSocket', () => {
  it('opens for the token', async () => {
    expect(await openSocket(`/rpc?token=${server.token}`)).toBe('open')
    const origin = `http://127.0.0.1:${server.port}`
    expect(await openSocket(`/rpc?token=${server.token}`, { Origin: origin })).toBe('open')
    expect(connections).toHaveLength(2)
  })

  it('stays shut without the token, with another, from another site, under another name, at another path', async () => {
    const right = `/rpc?token=${server.token}`
    expect(await openSocket('/rpc')).toBe(403)
    expect(await openSocket('/rpc?token=')).toBe(403)
    expect(await openSocket(`/rpc?token=${server.token.slice(1)}A`)).toBe(403)
    expect(await openSocket(right, { Origin: 'https://evil.example' })).toBe(403)
    expect(await openSocket(right, { Origin: `http://127.0.0.1:${server.port + 1}` })).toBe(403)
    expect(await openSocket(right, { Origin: 'null' })).toBe(403)
    expect(await openSocket(right, { Host: `evil.example:${server.port}` })).toBe(403)
    expect(await openSocket(`/other?token=${server.token}`)).toBe(404)
    expect(connections).toHaveLength(2)
  })

  it('survives an upgrade with an address that is none', async () => {
    const answer = await new Promise<string>((resolve) => {
      const socket = connectTcp(server.port, '127.0.0.1', () =>
        socket.write('GET // HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'),
      )
      socket.once('data', (data) => resolve(data.toString()))
    })
    expect(answer).toMatch(/^HTTP\/1.1 404/)
    expect((await get('/')).status).toBe(200)
  })

  it('ends a connection that sends a malformed frame', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc?token=${server.token}`)
    const code = await new Promise((resolve) => {
      socket.on('open', () => socket.send('{'))
      socket.on('close', resolve)
    })
    expect(code).toBe(4400)
  })
})

it('compares tokens of any length', () => {
  expect(sameToken('abc', 'abc')).toBe(true)
  expect(sameToken('abc', 'abd')).toBe(false)
  expect(sameToken('abc', 'ab')).toBe(false)
})

it('says which port is in use', async () => {
  const attempt = startStudioServer({ root: folder, port: server.port, connect: () => {} })
  await expect(attempt).rejects.toMatchObject({
    details: { code: 'serve.port-in-use', where: `127.0.0.1:${server.port}` },
  })
})
