/** What `EarlyStopping` knows after some epochs; plain JSON, part of every checkpoint. */
export interface EarlyStoppingState {
  /** Best monitored value so far; null before the first epoch. */
  best: number | null
  /** Epoch of `best`, counted from 1; 0 before the first. */
  bestEpoch: number
  /** Epochs since then. */
  wait: number
}

export interface EarlyStoppingSettings {
  /** false: the best epoch is kept in mind, but training is never stopped. */
  enabled: boolean
  patience: number
  minDelta: number
  better: 'higher' | 'lower'
}

export interface EarlyStoppingVerdict {
  improved: boolean
  stop: boolean
}

/**
 * Stops when a monitored value has not improved by more than `minDelta` for `patience` epochs, as `keras.callbacks.EarlyStopping`
 * does. A value that is not a number is no improvement.
 */
export class EarlyStopping {
  readonly #settings: EarlyStoppingSettings
  #state: EarlyStoppingState

  constructor(settings: EarlyStoppingSettings, state: EarlyStoppingState = { best: null, bestEpoch: 0, wait: 0 }) {
    this.#settings = settings
    this.#state = { ...state }
  }

  get state(): EarlyStoppingState {
    return { ...this.#state }
  }

  /** Takes the monitored value of `epoch` (counted from 1). */
  update(epoch: number, value: number): EarlyStoppingVerdict {
    const { enabled, patience } = this.#settings
    if (this.#improves(value)) {
      this.#state = { best: value, bestEpoch: epoch, wait: 0 }
      return { improved: true, stop: false }
    }
    this.#state.wait += 1
    return { improved: false, stop: enabled && this.#state.wait >= patience && epoch > 1 }
  }

  #improves(value: number): boolean {
    if (Number.isNaN(value)) return false
    const { best } = this.#state
    if (best === null) return true
    const { better, minDelta } = this.#settings
    return better === 'higher' ? value - minDelta > best : value + minDelta < best
  }
}
