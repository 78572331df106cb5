import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import * as v from 'valibot'
import { afterEach, describe, expect, it } from 'vitest'
import { LaminaError } from '../../../engine/base/errors.ts'
import { RpcClient } from '../../../engine/rpc/client.ts'
import { method } from '../../../engine/rpc/contract/define.ts'
import { deferred } from '../../../engine/rpc/deferred.ts'
import { startStudioServer } from '../../../engine/rpc/serve/http-server.ts'
import { serve } from '../../../engine/rpc/server.ts'
import { EventHub } from '../../../engine/rpc/services/event-hub.ts'
import type { Transport } from '../../../engine/rpc/transport.ts'
import { memoryPair } from '../../../engine/rpc/transports/memory.ts'
import { portTransport, type WebPort } from '../../../engine/rpc/transports/message-port.ts'
import { connectWebSocket } from '../../../engine/rpc/transports/web-socket.ts'

const contract = {
  echo: {
    value: method<unknown>()(v.object({ value: v.any() })),
    bytes: method<Uint8Array>()(v.object({ bytes: v.instance(Uint8Array) })),
    never: method<null>()(v.object({})),
    refuse: method<null>()(v.object({})),
    crash: method<null>()(v.object({})),
    order: method<number>()(v.object({ n: v.number(), turns: v.number() })),
  },
}

const handlers = {
  echo: async () => ({
    value: ({ value }: { value?: unknown }) => value,
    bytes: ({ bytes }: { bytes: Uint8Array }) => bytes.map((byte) => byte ^ 255),
    never: () => new Promise<null>(() => {}),
    refuse: (): null => {
      throw new LaminaError({
        code: 'test.refused',
        message: 'No.',
        where: 'here',
        expected: 'a',
        received: 'b',
        fix: 'c',
      })
    },
    crash: (): null => {
      throw new TypeError('boom')
    },
    order: async ({ n, turns }: { n: number; turns: number }) => {
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      return n
    },
  }),
}

type Call = (params: unknown) => Promise<unknown>
interface Wire {
  client: RpcClient
  call: Record<string, Call>
  events: EventHub
  /** Ends the connection from the engine's side. */
  hangUp: () => void
}

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function wire(client: RpcClient, serverEnd: Transport, events: EventHub): Wire {
  const connection = serve(serverEnd, { contract, handlers, context: null, events, version: '1.2.3' })
  cleanups.push(() => client.close())
  const call = (client.call as unknown as Record<string, Record<string, Call>>).echo!
  return { client, call, events, hangUp: () => connection.close() }
}

const transports: Record<string, () => Promise<Wire>> = {
  async 'an in-memory pair'() {
    const [left, right] = memoryPair()
    const client = new RpcClient()
    client.attach(left)
    return wire(client, right, new EventHub())
  },
  async 'a MessagePort'() {
    const { port1, port2 } = new MessageChannel()
    cleanups.push(() => port1.close())
    const client = new RpcClient()
    client.attach(portTransport(port1 as unknown as WebPort))
    return wire(client, portTransport(port2 as unknown as WebPort), new EventHub())
  },
  async 'a WebSocket'() {
    const root = mkdtempSync(join(tmpdir(), 'lamina-rpc-'))
    const accepted = deferred<Transport>()
    const server = await startStudioServer({ root, port: 0, connect: accepted.resolve })
    cleanups.push(
      () => rmSync(root, { recursive: true }),
      () => server.close(),
    )
    const client = new RpcClient()
    client.attach(await connectWebSocket(`ws://127.0.0.1:${server.port}/rpc?token=${server.token}`))
    return wire(client, await accepted.promise, new EventHub())
  },
}

describe.each(Object.entries(transports))('over %s', (_name, open) => {
  it('carries every JSON value, numbers that are not finite, and texts beyond ASCII', async () => {
    const { call } = await open()
    const value = { text: 'Größe ∂ 🙂', list: [1, -0.5, true, null, []], nested: { $: 'bytes', a: { $: 1 } } }
    expect(await call.value!({ value })).toEqual(value)
    expect(await call.value!({ value: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] })).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ])
  })

  it('carries a megabyte of bytes unchanged both ways', async () => {
    const { call } = await open()
    const bytes = Uint8Array.from({ length: 1 << 20 }, (_, index) => (index * 2654435761) >>> 24)
    const answer = (await call.bytes!({ bytes })) as Uint8Array
    expect(answer).toBeInstanceOf(Uint8Array)
    expect(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).equals(bytes.map((b) => b ^ 255))).toBe(
      true,
    )
  })

  it('matches answers to calls that overtake each other', async () => {
    const { call } = await open()
    const answers = await Promise.all([40, 0, 20].map((turns, n) => call.order!({ n, turns })))
    expect(answers).toEqual([0, 1, 2])
  })

  it('brings an error over with code, place, expectation and fix', async () => {
    const { call } = await open()
    await expect(call.refuse!({})).rejects.toMatchObject({
      name: 'LaminaError',
      details: { code: 'test.refused', message: 'No.', where: 'here', expected: 'a', received: 'b', fix: 'c' },
    })
  })

  it('wraps a defect of a handler as internal.unexpected', async () => {
    const { call } = await open()
    await expect(call.crash!({})).rejects.toMatchObject({ details: { code: 'internal.unexpected' } })
  })

  it('refuses wrong arguments and says which, and methods that the contract does not have', async () => {
    const { call } = await open()
    await expect(call.order!({ n: 'one', turns: 0 })).rejects.toMatchObject({
      details: { code: 'rpc.invalid-params', where: 'echo.order: n', expected: 'number', received: '"one"' },
    })
    for (const name of ['nothing', 'constructor', 'toString', 'a.b'])
      await expect(call[name]!({})).rejects.toMatchObject({ details: { code: 'rpc.unknown-method' } })
  })

  it('tells events to the listeners of the client, and no longer once they left', async () => {
    const { client, call, events } = await open()
    const heard: unknown[] = []
    const off = client.on('engine.log', (payload) => heard.push(payload))
    await call.value!({ value: 1 })
    const entry = { level: 'info', message: 'one', at: 'now' } as const
    events.emit('engine.log', entry)
    await call.value!({ value: 2 })
    off()
    events.emit('engine.log', { ...entry, message: 'two' })
    await call.value!({ value: 3 })
    expect(heard).toEqual([entry])
  })

  it('rejects open calls and later ones when the engine goes away, and works again after attach', async () => {
    const { client, call, hangUp } = await open()
    const states: string[] = []
    client.onConnection((state, reason) => states.push(reason ? `${state} ${reason.code}` : state))
    await call.value!({ value: 1 })
    const open1 = call.never!({})
    hangUp()
    await expect(open1).rejects.toMatchObject({ details: { code: 'rpc.connection-lost', where: 'echo.never' } })
    await expect(call.value!({ value: 1 })).rejects.toMatchObject({ details: { code: 'rpc.connection-lost' } })
    const [left, right] = memoryPair()
    wire(client, right, new EventHub())
    client.attach(left)
    expect(await call.value!({ value: 'back' })).toBe('back')
    expect(states.filter((state) => state !== 'connected')).toEqual(['lost rpc.connection-lost'])
    expect(states.at(-1)).toBe('connected')
  })
})

describe('calls whose handlers are not loaded yet', () => {
  it('begin in the order in which they came', async () => {
    const gate = deferred<void>()
    const begun: string[] = []
    const noted = (name: string) => () => {
      begun.push(name)
      return null
    }
    const call = { call: method<null>()(v.object({})) }
    const loaders = {
      slow: async () => {
        await gate.promise
        return { call: noted('slow') }
      },
      quick: async () => ({ call: noted('quick') }),
    }
    const [left, right] = memoryPair()
    const client = new RpcClient()
    const options = { contract: { slow: call, quick: call }, handlers: loaders, context: null, version: '1.2.3' }
    serve(right, { ...options, events: new EventHub() })
    client.attach(left)
    cleanups.push(() => client.close())
    const calls = client.call as unknown as Record<'slow' | 'quick', Record<string, Call>>
    const both = Promise.all([calls.slow.call!({}), calls.quick.call!({})])
    gate.resolve()
    await both
    expect(begun).toEqual(['slow', 'quick'])
  })
})
