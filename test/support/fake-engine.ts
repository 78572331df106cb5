import { LaminaError } from '../../engine/base/errors.ts'
import type { Contract, EngineClient, EngineEvents } from '../../engine/rpc/contract/index.ts'

type Answer = (params: never) => unknown
/** What the fake answers, by `domain.method`; a method without an answer rejects. */
export type Answers = { readonly [method: `${keyof Contract}.${string}`]: Answer }

/** An engine without an engine: answers as told, remembers what was asked, tells events when a test wants it to. */
export class FakeEngine implements EngineClient {
  readonly asked: { method: string; params: unknown }[] = []
  readonly call: EngineClient['call']
  #answers: Answers
  readonly #listeners = new Map<string, Set<(payload: never) => void>>()
  readonly #connectionListeners = new Set<Parameters<EngineClient['onConnection']>[0]>()

  constructor(answers: Answers = {}) {
    this.#answers = answers
    const domain = (name: string) =>
      new Proxy({}, { get: (_target, method) => (params: unknown) => this.#ask(`${name}.${String(method)}`, params) })
    this.call = new Proxy({}, { get: (_target, name) => domain(String(name)) }) as EngineClient['call']
  }

  /** Adds answers or replaces them. */
  answer(answers: Answers): void {
    this.#answers = { ...this.#answers, ...answers }
  }

  /** Parameters of every call of a method, in order. */
  callsOf(method: string): unknown[] {
    return this.asked.filter((call) => call.method === method).map((call) => call.params)
  }

  tell<E extends keyof EngineEvents>(event: E, payload: EngineEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(payload as never)
  }

  connection(state: 'connected' | 'lost'): void {
    for (const listener of this.#connectionListeners) listener(state)
  }

  on<E extends keyof EngineEvents>(event: E, listener: (payload: EngineEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners)
    listeners.add(listener as (payload: never) => void)
    return () => void listeners.delete(listener as (payload: never) => void)
  }

  onConnection(listener: Parameters<EngineClient['onConnection']>[0]): () => void {
    this.#connectionListeners.add(listener)
    return () => void this.#connectionListeners.delete(listener)
  }

  close(): void {
    this.#listeners.clear()
    this.#connectionListeners.clear()
  }

  async #ask(method: string, params: unknown): Promise<unknown> {
    this.asked.push({ method, params })
    const answer = this.#answers[method as keyof Answers]
    if (!answer)
      throw new LaminaError({ code: 'fake.no-answer', message: `The fake engine has no answer to ${method}.` })
    return answer(params as never)
  }
}
