import type { ErrorDetails } from '../base/errors.ts'
import { LaminaError } from '../base/errors.ts'

/** Grows when messages change in a way that an older peer would misunderstand. */
export const PROTOCOL_VERSION = 1

/** First message of the server: who it is. A client of another protocol version hangs up. */
export interface HelloMessage {
  type: 'hello'
  protocol: number
  version: string
}

/** A call: `method` is `domain.name` of the contract; `id` is the caller's and comes back with the answer. */
export interface RequestMessage {
  type: 'request'
  id: number
  method: string
  params: unknown
}

export interface ResultMessage {
  type: 'result'
  id: number
  value: unknown
}

export interface FailureMessage {
  type: 'failure'
  id: number
  error: ErrorDetails
}

/** Told without being asked. */
export interface EventMessage {
  type: 'event'
  name: string
  payload: unknown
}

export type ServerMessage = HelloMessage | ResultMessage | FailureMessage | EventMessage
export type ClientMessage = RequestMessage
export type Message = ServerMessage | ClientMessage

const numberField = { request: 'id', result: 'id', failure: 'id', hello: 'protocol' } as const
const textField = { request: 'method', hello: 'version', event: 'name' } as const

/**
 * Checks the outer form of what arrived (its content is checked against the contract).
 * Throws `rpc.malformed-message`.
 */
export function parseMessage(received: unknown): Message {
  if (typeof received !== 'object' || received === null) throw malformed('an object', received)
  const message = received as Record<string, unknown>
  const type = message.type as keyof typeof numberField | keyof typeof textField
  if (!['hello', 'request', 'result', 'failure', 'event'].includes(type as string))
    throw malformed('a message of type hello, request, result, failure or event', message.type)
  const number = numberField[type as keyof typeof numberField]
  if (number && !Number.isSafeInteger(message[number])) throw malformed(`an integer \`${number}\``, message[number])
  const text = textField[type as keyof typeof textField]
  if (text && typeof message[text] !== 'string') throw malformed(`a text \`${text}\``, message[text])
  if (type === 'failure' && typeof (message.error as ErrorDetails | undefined)?.code !== 'string')
    throw malformed('an `error` with a code', message.error)
  return message as unknown as Message
}

function malformed(expected: string, received: unknown): LaminaError {
  return new LaminaError({
    code: 'rpc.malformed-message',
    message: 'A message between window and engine could not be understood.',
    expected,
    received: received === null ? 'null' : typeof received === 'object' ? 'an object' : String(received).slice(0, 80),
    fix: 'Both sides must be of the same version of Lamina; restart the studio.',
  })
}

/** The error of calls that cannot be answered because the connection is gone. */
export function connectionLost(where?: string): LaminaError {
  return new LaminaError({
    code: 'rpc.connection-lost',
    message: 'The connection to the engine was lost.',
    where,
    expected: 'a running engine',
    received: 'a closed connection',
    fix: 'The studio connects again by itself. Runs that were going are kept up to their last checkpoint and can be resumed.',
  })
}
