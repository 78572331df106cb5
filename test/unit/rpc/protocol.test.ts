import { describe, expect, it } from 'vitest'
import { keepConnected, RpcClient } from '../../../engine/rpc/client.ts'
import { deferred } from '../../../engine/rpc/deferred.ts'
import { decodeFrame, encodeFrame } from '../../../engine/rpc/framing.ts'
import { connectionLost, parseMessage } from '../../../engine/rpc/protocol.ts'
import { memoryPair } from '../../../engine/rpc/transports/memory.ts'

describe('messages', () => {
  it.each([
    null,
    7,
    'text',
    {},
    { type: 'dance' },
    { type: 'request', id: 'x', method: 'a.b' },
    { type: 'request', id: 1 },
    { type: 'failure', id: 1, error: {} },
    { type: 'hello', version: '1' },
    { type: 'event', payload: 1 },
  ])('refuses %j', (received) => {
    expect(() => parseMessage(received)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ code: 'rpc.malformed-message' }) }),
    )
  })
})

describe('frames', () => {
  it('keeps several byte arrays apart, empty ones too', () => {
    const message = { a: new Uint8Array([1, 2]), b: [new Uint8Array(0), new Uint8Array([3])], c: 'x' }
    const frame = encodeFrame(message)
    expect(frame).toBeInstanceOf(Uint8Array)
    expect(decodeFrame(frame)).toEqual(message)
  })

  it('takes a text frame when there are no bytes', () => {
    expect(encodeFrame({ a: 1 })).toBe('{"a":1}')
  })

  it.each([
    ['not JSON', '{'],
    ['an unknown tag', '{"$":"code"}'],
    ['bytes outside of the frame', '{"$":"bytes","offset":0,"length":4}'],
    ['a negative offset', '{"$":"bytes","offset":-1,"length":0}'],
    ['a frame cut short', new Uint8Array([9, 0, 0])],
    ['a length beyond the frame', new Uint8Array([255, 255, 255, 255, 1])],
  ])('refuses %s', (_name, frame) => {
    expect(() => decodeFrame(frame)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ code: 'rpc.malformed-frame' }) }),
    )
  })
})

describe('the client', () => {
  it('hangs up on an engine of another protocol version and says so', async () => {
    const [left, right] = memoryPair()
    const client = new RpcClient()
    const lost = deferred<unknown>()
    client.onConnection((state, reason) => state === 'lost' && lost.resolve(reason))
    client.attach(left)
    const call = client.call.app.info({})
    right.send({ type: 'hello', protocol: 999, version: '9.9' })
    expect(await lost.promise).toMatchObject({ code: 'rpc.version-mismatch', received: 'protocol 999 (engine 9.9)' })
    await expect(call).rejects.toMatchObject({ details: { code: 'rpc.connection-lost' } })
  })

  it('rejects calls that waited for a connection when it is closed', async () => {
    const client = new RpcClient()
    const call = client.call.app.info({})
    client.close()
    await expect(call).rejects.toMatchObject({ details: { code: 'rpc.connection-lost' } })
  })

  it('connects again by itself, trying until the engine is back', async () => {
    const client = new RpcClient()
    let attempts = 0
    const connected = [deferred<void>(), deferred<void>()]
    const servers: ReturnType<typeof memoryPair>[0][] = []
    const stop = keepConnected(client, async () => {
      attempts += 1
      if (attempts === 1 || attempts === 3) throw connectionLost()
      const [left, right] = memoryPair()
      servers.push(right)
      right.send({ type: 'hello', protocol: 1, version: '1' })
      return left
    }, [0])
    let count = 0
    client.onConnection((state) => {
      if (state === 'connected') connected[count++]?.resolve()
    })
    await connected[0]!.promise
    servers[0]!.close()
    await connected[1]!.promise
    expect(attempts).toBe(4)
    stop()
    client.close()
  })
})
