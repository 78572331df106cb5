import { LaminaError } from '../base/errors.ts'

/**
 * Encoding of messages for WebSockets. Structured clone keeps bytes and numbers that are not finite, JSON keeps neither;
 * here they become tagged objects, `{"$": "NaN"}` and `{"$": "bytes", "offset": o, "length": n}`.
 *
 * A message without bytes is a text frame of JSON. One with bytes is a binary frame: length of the JSON (uint32, little
 * endian), the JSON in UTF-8, then all bytes, which offsets count from.
 */
export function encodeFrame(message: unknown): string | Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  let total = 0
  const pack = (value: unknown): unknown => {
    if (typeof value === 'number') return Number.isFinite(value) ? value : { $: String(value) }
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Uint8Array) {
      parts.push(value)
      total += value.byteLength
      return { $: 'bytes', offset: total - value.byteLength, length: value.byteLength }
    }
    if (Array.isArray(value)) return value.map(pack)
    const entries = Object.entries(value)
    if (Object.hasOwn(value, '$')) return { $: 'object', entries: entries.map(([key, item]) => [key, pack(item)]) }
    return Object.fromEntries(entries.map(([key, item]) => [key, pack(item)]))
  }
  const json = JSON.stringify(pack(message))
  if (parts.length === 0) return json
  const text = new TextEncoder().encode(json)
  const frame = new Uint8Array(4 + text.byteLength + total)
  new DataView(frame.buffer).setUint32(0, text.byteLength, true)
  frame.set(text, 4)
  let offset = 4 + text.byteLength
  for (const part of parts) {
    frame.set(part, offset)
    offset += part.byteLength
  }
  return frame
}

/** The message of a frame. Throws `rpc.malformed-frame`. */
export function decodeFrame(frame: string | Uint8Array): unknown {
  if (typeof frame === 'string') return unpack(parseJson(frame), new Uint8Array(0))
  const length = frame.byteLength < 4 ? -1 : new DataView(frame.buffer, frame.byteOffset, 4).getUint32(0, true)
  if (length < 0 || 4 + length > frame.byteLength)
    throw malformed(`a binary frame of at least ${Math.max(4, 4 + length)} bytes`, `${frame.byteLength} bytes`)
  const text = new TextDecoder().decode(frame.subarray(4, 4 + length))
  return unpack(parseJson(text), frame.subarray(4 + length))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed('JSON', text.slice(0, 60))
  }
}

function unpack(value: unknown, bytes: Uint8Array): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => unpack(item, bytes))
  if (!Object.hasOwn(value, '$'))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, bytes)]))
  const tagged = value as { $: unknown; offset?: unknown; length?: unknown; entries?: unknown }
  if (tagged.$ === 'bytes') {
    const { offset, length } = tagged
    if (!isIndex(offset) || !isIndex(length) || offset + length > bytes.byteLength)
      throw malformed(`bytes within the ${bytes.byteLength} that follow`, `offset ${offset}, length ${length}`)
    return bytes.slice(offset, offset + length)
  }
  if (tagged.$ === 'object' && Array.isArray(tagged.entries))
    return Object.fromEntries(tagged.entries.map((entry) => [String(entry?.[0]), unpack(entry?.[1], bytes)]))
  if (tagged.$ === 'NaN' || tagged.$ === 'Infinity' || tagged.$ === '-Infinity') return Number(tagged.$)
  throw malformed('a known tag', String(tagged.$).slice(0, 60))
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function malformed(expected: string, received: string): LaminaError {
  return new LaminaError({
    code: 'rpc.malformed-frame',
    message: 'A frame of the WebSocket could not be read.',
    expected,
    received,
    fix: 'Reload the page, so that window and engine are of the same version.',
  })
}
