import { type Disposable, toDisposable } from '../base/disposable.ts'

export type TrainingRequest = 'run' | 'pause' | 'stop'

/** The handle by which a user steers training that goes on. Every request is answered within one batch. */
export class TrainingControl {
  #requested: TrainingRequest = 'run'
  readonly #listeners = new Set<() => void>()

  get requested(): TrainingRequest {
    return this.#requested
  }

  /** Holds the run; its state is checkpointed, so that nothing is lost meanwhile. */
  pause(): void {
    if (this.#requested === 'run') this.#change('pause')
  }

  resume(): void {
    if (this.#requested === 'pause') this.#change('run')
  }

  /** Ends the run, paused or not; it can be resumed from where it stood. */
  stop(): void {
    if (this.#requested !== 'stop') this.#change('stop')
  }

  /** Calls `listener` after each change of `requested`. */
  onChange(listener: () => void): Disposable {
    this.#listeners.add(listener)
    return toDisposable(() => this.#listeners.delete(listener))
  }

  /** Resolves once `requested` is not `pause`. */
  whenNotPaused(): Promise<void> {
    if (this.#requested !== 'pause') return Promise.resolve()
    return new Promise((resolve) => {
      const registration = this.onChange(() => {
        if (this.#requested === 'pause') return
        registration.dispose()
        resolve()
      })
    })
  }

  #change(requested: TrainingRequest): void {
    this.#requested = requested
    for (const listener of [...this.#listeners]) listener()
  }
}

/** A control that stops when `signal` aborts. */
export function controlFromSignal(signal: AbortSignal): TrainingControl {
  const control = new TrainingControl()
  if (signal.aborted) control.stop()
  else signal.addEventListener('abort', () => control.stop(), { once: true })
  return control
}
