import { HealthMonitor, healthRulesOf } from './health/index.ts'
import type { EpochRecord } from './history.ts'
import type { TrainingEvent } from './trainer-events.ts'

/** Milliseconds between events, so that a thousand tiny epochs a second do not flood the listener. */
const INTERVAL = 100

export interface ReporterOptions {
  onEvent?: (event: TrainingEvent) => void
  epochs: number
  /** Grows while training goes on; read by the health rules. */
  history: readonly EpochRecord[]
  /** The losses are those of a GAN. */
  adversarial: boolean
}

export interface StepProgress {
  epoch: number
  step: number
  /** Steps of this epoch and samples it visits; with pseudo-labels they differ from epoch to epoch. */
  steps: number
  epochSamples: number
  samples: number
  lossSum: number
  learningRate: number
  elapsedSeconds: number
}

/** Every epoch at first, then ever more rarely: a hundred checks while the number of epochs doubles. */
function isHealthCheckDue(epoch: number): boolean {
  return epoch % Math.max(1, Math.floor(2 ** Math.floor(Math.log2(epoch)) / 128)) === 0
}

/** Gathers what happens during training into events, about ten a second. */
export class TrainerReporter {
  readonly #options: ReporterOptions
  readonly #health: HealthMonitor
  /** Epochs whose history the health rules have seen. */
  #checked = 0
  #startedAt = performance.now()
  #pending: EpochRecord[] = []
  #samplesDone = 0
  #flushedAt = performance.now()

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#health = new HealthMonitor(healthRulesOf(options.adversarial))
  }

  epochCompleted(record: EpochRecord, samples: number): void {
    this.#samplesDone += samples
    if (!this.#options.onEvent) return
    this.#pending.push(record)
    if (performance.now() - this.#flushedAt >= INTERVAL) this.flush()
  }

  /** Sends epochs that were held back, and warnings about them. */
  flush(): void {
    this.#flushedAt = performance.now()
    if (this.#pending.length === 0) return
    const records = this.#pending
    this.#pending = []
    this.#options.onEvent?.({ type: 'epochs', records })
    this.#checkHealth()
  }

  /** Looks at the history as it was after each epoch due, so that warnings do not depend on when events are sent. */
  #checkHealth(): void {
    const { onEvent, history } = this.#options
    for (let epochs = this.#checked + 1; epochs <= history.length; epochs += 1) {
      this.#checked = epochs
      if (!isHealthCheckDue(epochs)) continue
      for (const warning of this.#health.check(history.slice(0, epochs))) onEvent?.({ type: 'warning', warning })
    }
  }

  /** Leaves out milliseconds in which nothing was trained. */
  skip(milliseconds: number): void {
    this.#startedAt += milliseconds
  }

  state(state: 'running' | 'paused'): void {
    this.#options.onEvent?.({ type: 'state', state })
  }

  progress(at: StepProgress): void {
    const { onEvent, epochs } = this.#options
    if (!onEvent) return
    const seconds = (performance.now() - this.#startedAt) / 1000
    const samplesPerSecond = (this.#samplesDone + at.samples) / seconds
    const left = (epochs - at.epoch + 1) * at.epochSamples - at.samples
    onEvent({
      type: 'progress',
      epoch: at.epoch,
      epochs,
      step: at.step,
      steps: at.steps,
      loss: at.samples > 0 ? at.lossSum / at.samples : null,
      learningRate: at.learningRate,
      samplesPerSecond,
      elapsedSeconds: at.elapsedSeconds,
      remainingSeconds: samplesPerSecond > 0 ? left / samplesPerSecond : null,
    })
  }
}
