import type { EngineEvents } from '../contract/index.ts'
import type { EventSource } from '../server.ts'

/** Where the engine's parts tell events and connections hear them. */
export class EventHub implements EventSource {
  readonly #listeners = new Set<(name: string, payload: unknown) => void>()

  emit<E extends keyof EngineEvents>(name: E, payload: EngineEvents[E]): void {
    for (const listener of [...this.#listeners]) listener(name, payload)
  }

  subscribe(listener: (name: string, payload: unknown) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/**
 * Calls `emit` with the latest value at most once every `milliseconds`: at once when it has been quiet, else when the time
 * is over. `flush` emits what waits.
 */
export class Throttle<T> {
  readonly #emit: (value: T) => void
  readonly #milliseconds: number
  #latest: { value: T } | null = null
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(milliseconds: number, emit: (value: T) => void) {
    this.#milliseconds = milliseconds
    this.#emit = emit
  }

  push(value: T): void {
    this.#latest = { value }
    if (this.#timer) return
    this.flush()
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (this.#latest) this.push(this.#latest.value)
    }, this.#milliseconds)
    this.#timer.unref?.()
  }

  flush(): void {
    const latest = this.#latest
    this.#latest = null
    if (latest) this.#emit(latest.value)
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.flush()
  }
}
