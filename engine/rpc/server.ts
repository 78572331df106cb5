import * as v from 'valibot'
import { type ErrorDetails, LaminaError } from '../base/errors.ts'
import type { ContractShape, LoadersOf, Method } from './contract/define.ts'
import { PROTOCOL_VERSION, parseMessage, type RequestMessage } from './protocol.ts'
import type { Transport } from './transport.ts'

/** Something that tells events, to every connection alike. */
export interface EventSource {
  subscribe(listener: (name: string, payload: unknown) => void): () => void
}

export interface ServerOptions<C extends ContractShape, Context> {
  contract: C
  handlers: LoadersOf<C, Context>
  context: Context
  events: EventSource
  version: string
  /** Hears of every failed call, for the log. */
  onFailure?: (method: string, error: LaminaError) => void
}

/** One client's connection. */
export interface Connection {
  readonly closed: Promise<void>
  close(): void
}

type LooseHandler<Context> = (params: unknown, context: Context) => unknown

/**
 * Answers calls that arrive on `transport` until it closes. Arguments are checked against the contract before a handler
 * sees them; whatever a handler throws leaves as ErrorDetails. Calls begin in the order in which they came, run concurrently,
 * and their answers may overtake each other.
 */
export function serve<C extends ContractShape, Context>(
  transport: Transport,
  options: ServerOptions<C, Context>,
): Connection {
  let settle = () => {}
  const closed = new Promise<void>((resolve) => {
    settle = resolve
  })
  const unsubscribe = options.events.subscribe((name, payload) => transport.send({ type: 'event', name, payload }))
  const end = () => {
    unsubscribe()
    settle()
  }

  let begun: Promise<unknown> = Promise.resolve()
  /** Begins a call once those before it have begun, for their handlers may have to be loaded first. */
  function begin({ method, params }: RequestMessage): Promise<{ result: unknown }> {
    const started = begun.then(async () => {
      const call = await prepare(options, method, params)
      return { result: call() }
    })
    begun = started.catch(() => {})
    return started
  }

  async function answer(request: RequestMessage): Promise<void> {
    try {
      const { result } = await begin(request)
      const value = await result
      transport.send({ type: 'result', id: request.id, value: value ?? null })
    } catch (thrown) {
      const error = LaminaError.from(thrown, request.method)
      options.onFailure?.(request.method, error)
      transport.send({ type: 'failure', id: request.id, error: plainDetails(error.details) })
    }
  }

  transport.send({ type: 'hello', protocol: PROTOCOL_VERSION, version: options.version })
  transport.receive({
    message(received) {
      try {
        const message = parseMessage(received)
        if (message.type === 'request') void answer(message)
      } catch (thrown) {
        options.onFailure?.('', LaminaError.from(thrown))
        transport.close()
      }
    },
    closed: end,
  })
  return { closed, close: () => transport.close() }
}

/** Checks the arguments of one call and loads its handler. Throws `rpc.unknown-method`, `rpc.invalid-params`. */
async function prepare<C extends ContractShape, Context>(
  options: Pick<ServerOptions<C, Context>, 'contract' | 'handlers' | 'context'>,
  name: string,
  params: unknown,
): Promise<() => unknown> {
  const [domain = '', method = '', ...rest] = name.split('.')
  const known =
    rest.length === 0 && Object.hasOwn(options.contract, domain) && Object.hasOwn(options.contract[domain]!, method)
  if (!known)
    throw new LaminaError({
      code: 'rpc.unknown-method',
      message: `The engine has no method "${name.slice(0, 80)}".`,
      where: name.slice(0, 80),
      expected: 'a method of the contract',
      received: name.slice(0, 80),
      fix: 'Window and engine must be of the same version of Lamina; restart the studio.',
    })
  const checked = checkParams(options.contract[domain]![method]!, name, params)
  const handlers = (await options.handlers[domain]!()) as Record<string, LooseHandler<Context>>
  return () => handlers[method]!(checked, options.context)
}

function checkParams(method: Method, name: string, params: unknown): unknown {
  const result = v.safeParse(method.params, params)
  if (result.success) return result.output
  const issue = result.issues[0]
  const path = (issue.path ?? []).map((item) => String(item.key)).join('.')
  const custom = issue.type === 'regex' || issue.type === 'check'
  throw new LaminaError({
    code: 'rpc.invalid-params',
    message: path ? `${name} was called with an invalid ${path}.` : `${name} was called with invalid arguments.`,
    where: path ? `${name}: ${path}` : name,
    expected: custom ? issue.message : (issue.expected ?? issue.message),
    received: issue.received,
    fix: 'Correct the value and try again.',
    data: { path, issues: result.issues.length },
  })
}

/** Details without functions or undefined, so that every transport can carry them. */
function plainDetails(details: ErrorDetails): ErrorDetails {
  return JSON.parse(JSON.stringify(details)) as ErrorDetails
}
