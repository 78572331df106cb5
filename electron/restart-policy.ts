const delays = [0, 500, 1000, 2000, 5000]
const windowMilliseconds = 60_000

/** Decides when a dead engine is started again: at once the first time, later and later when it keeps dying, not at all after six deaths in a minute. */
export class RestartPolicy {
  #deaths: number[] = []

  /** Milliseconds to wait before the next start, or null when it should not be tried again. `now` in milliseconds. */
  afterDeath(now: number): number | null {
    this.#deaths = this.#deaths.filter((at) => now - at < windowMilliseconds)
    this.#deaths.push(now)
    return delays[this.#deaths.length - 1] ?? null
  }

  /** Forgets the past, when the user asks for another try. */
  reset(): void {
    this.#deaths = []
  }
}
