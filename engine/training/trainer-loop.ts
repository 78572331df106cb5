import type { LaminaError } from '../base/errors.ts'
import { Random, Stream } from '../base/rng.ts'
import type { RunResult } from '../native/program.ts'
import type { Checkpoint, Resume } from './checkpoint.ts'
import { EarlyStopping } from './early-stopping.ts'
import { type EpochRecord, historyUpTo, readMetrics, VALIDATION } from './history.ts'
import type { TrainingPlan } from './plan.ts'
import type { LearningRate, MetricReading } from './prepare-model.ts'
import { PSEUDO_LABELS, type PseudoLabeler } from './pseudo-labels.ts'
import { initialRunState, type PseudoLabels, type RunState } from './run-state.ts'
import type { TrainingControl } from './trainer-control.ts'
import { allFinite, diverged } from './trainer-diverged.ts'
import type { TrainingEvent } from './trainer-events.ts'
import { TrainerReporter } from './trainer-reporter.ts'
import type { ModelSession } from './trainer-session.ts'

/** Training of one compiled model whose data is bound. */
export interface TrainingJob {
  session: ModelSession
  plan: TrainingPlan
  /** Rows of the bound data. */
  rows: { train: Int32Array; validation: Int32Array }
  /** Labels rows without one, which then train too. */
  pseudoLabels?: PseudoLabeler
  seed: number
  /** As many as a step of the training program takes; the first is the one that is reported. */
  learningRates: readonly LearningRate[]
  /** How metrics are read from the accumulators. */
  readings: readonly MetricReading[]
  /** The value early stopping watches; null when this run does not have it. */
  monitor: { name: string; better: 'higher' | 'lower' } | null
  /** The losses are those of a GAN. */
  adversarial: boolean
  control: TrainingControl
  resume?: Resume
  /** Must keep all of them or none, and must not return before they are safe. */
  save?(checkpoints: readonly Checkpoint[]): void
  onEvent?(event: TrainingEvent): void
}

export interface TrainingResult {
  status: 'completed' | 'stopped'
  reason: 'epochs' | 'early-stopping' | 'stopped'
  history: EpochRecord[]
  /** Where it ended; resuming begins here. */
  last: Checkpoint
  best: Checkpoint | null
}

/** Milliseconds between checkpoints at least, so that tiny epochs are not spent on writing. */
const CHECKPOINT_INTERVAL = 250

/** The order in which an epoch (from 0) visits the rows: depends on seed and epoch only. */
export function epochOrder(rows: Int32Array, seed: number, epoch: number): Int32Array {
  return new Random(seed, Stream.shuffle, epoch).shuffle(Int32Array.from(rows))
}

/** Epochs, validation, early stopping, checkpoints; the hot loop is the native session's. */
export class TrainingLoop {
  readonly #job: TrainingJob
  readonly #stopping: EarlyStopping
  readonly #reporter: TrainerReporter
  readonly #history: EpochRecord[]
  /** Rows that the epoch at hand visits, and the steps they make. */
  #visited: Int32Array
  #steps = 0
  /** False while the rows of the epoch are being chosen. */
  #begun = false
  #pseudoLabels: PseudoLabels | null
  #epoch: number
  #iteration: number
  #step = 0
  #sums: Float64Array | undefined
  #epochSeconds = 0
  #best: Checkpoint | null
  #bestSaved = true
  #savedEpoch: number
  #savedAt = performance.now()
  #secondsBefore: number
  /** Moved on by pauses, so that they do not count as training. */
  #startedAt = performance.now()
  #checkpointDue = false
  /** What a listener threw on the timer; ends the run at the next batch. */
  #failure: unknown
  #running = false

  constructor(job: TrainingJob) {
    this.#job = job
    const { plan, rows, resume } = job
    const state: RunState = resume?.last.state ?? initialRunState()
    this.#epoch = state.epoch
    this.#savedEpoch = state.epoch
    this.#iteration = state.iteration
    this.#secondsBefore = state.seconds
    if (state.partial) {
      this.#step = state.partial.step
      this.#sums = Float64Array.from(state.partial.accumulators)
      this.#epochSeconds = state.partial.seconds
    }
    this.#best = resume?.best ?? null
    this.#history = historyUpTo(resume?.history ?? [], state.epoch)
    this.#pseudoLabels = state.pseudoLabels
    this.#visited = rows.train
    this.#stopping = new EarlyStopping(
      {
        enabled: plan.earlyStopping.enabled,
        patience: plan.earlyStopping.patience,
        minDelta: plan.earlyStopping.minDelta,
        better: job.monitor?.better ?? 'lower',
      },
      state.earlyStopping,
    )
    if (resume) job.session.load(resume.last.persistent)
    this.#reporter = new TrainerReporter({
      onEvent: job.onEvent,
      epochs: plan.epochs,
      history: this.#history,
      adversarial: job.adversarial,
    })
  }

  /** Runs to the end, to a stop, or throws `training.diverged`. */
  async run(): Promise<TrainingResult> {
    const registration = this.#job.control.onChange(() => this.#interruptIfAsked())
    const timer = setInterval(() => this.#guardedTick(), 100)
    try {
      return await this.#epochs()
    } finally {
      clearInterval(timer)
      registration.dispose()
      this.#reporter.flush()
    }
  }

  async #epochs(): Promise<TrainingResult> {
    const { plan } = this.#job
    let reason: TrainingResult['reason'] = 'epochs'
    if (this.#job.resume?.last.state.finished && this.#stoppedEarly()) return this.#finish('early-stopping')
    while (this.#epoch < plan.epochs) {
      const learningRate = this.#rateAt(this.#epoch)
      if (!(await this.#beginEpoch())) return this.#stop()
      if ((await this.#trainEpoch(learningRate)) === 'stop') return this.#stop()
      const metrics = await this.#measure()
      if (!metrics) return this.#stop()
      const stop = this.#completeEpoch(metrics, learningRate)
      if (stop) {
        reason = 'early-stopping'
        break
      }
    }
    return this.#finish(reason)
  }

  /**
   * Decides which rows the epoch visits. Pseudo-labels are chosen before its first step only: an epoch that was left in the middle goes on
   * with those it began with. False when it is to stop.
   */
  async #beginEpoch(): Promise<boolean> {
    const { pseudoLabels: labeler, plan } = this.#job
    const epoch = this.#epoch + 1
    this.#begun = false
    if (labeler && !this.#sums && labeler.isDue(epoch, this.#pseudoLabels)) {
      const chosen = await this.#untilDone(() => labeler.choose(epoch))
      if (!chosen) return false
      this.#pseudoLabels = chosen
    }
    if (labeler) this.#visited = labeler.apply(this.#pseudoLabels, epoch)
    this.#begun = true
    this.#steps = Math.ceil(this.#visited.length / plan.batchSize)
    return true
  }

  /** Trains what is left of the current epoch. */
  async #trainEpoch(learningRate: number): Promise<'done' | 'stop'> {
    const { session, plan, seed } = this.#job
    const order = plan.shuffle ? epochOrder(this.#visited, seed, this.#epoch) : this.#visited
    while (this.#step < this.#steps) {
      if (!(await this.#mayContinue())) return 'stop'
      const rates = this.#ratesFrom(this.#step)
      const result = await this.#whileRunning(() =>
        session.native.run({
          program: 'train',
          rows: this.#step === 0 ? order : order.subarray(this.#step * plan.batchSize),
          batchSize: plan.batchSize,
          learningRates: rates,
          iteration: this.#iteration,
          accumulators: this.#sums,
          stopWhenNotFinite: true,
        }),
      )
      this.#step += result.steps
      this.#iteration += result.steps
      this.#sums = result.accumulators
      this.#epochSeconds += result.seconds
      if (result.stopped === 'not-finite') throw this.#diverged(learningRate, result)
      if (result.stopped === 'cancelled' && this.#checkpointDue) this.#save(false)
    }
    return 'done'
  }

  #rateAt(epoch: number): number {
    return (this.#job.learningRates[0] as LearningRate).at(epoch, this.#history)
  }

  /** The rates for the rest of the epoch, or those of each of its steps from `first` on. */
  #ratesFrom(first: number): Float64Array {
    const { learningRates } = this.#job
    const at = (epoch: number) => learningRates.map((rate) => rate.at(epoch, this.#history))
    if (!learningRates.some(({ everyStep }) => everyStep)) return Float64Array.from(at(this.#epoch))
    const steps = Array.from({ length: this.#steps - first }, (_, index) => first + index)
    return Float64Array.from(steps.flatMap((step) => at(this.#epoch + step / this.#steps)))
  }

  /**
   * Metrics of the epoch whose training is done; null when it is to stop. With pseudo-labels the sums of training are over labels that the
   * network made itself, so that labelled rows are measured like those of validation.
   */
  async #measure(): Promise<Record<string, number> | null> {
    const { rows, readings, pseudoLabels } = this.#job
    const labelled = pseudoLabels ? await this.#evaluate(rows.train) : (this.#sums ?? [])
    if (!labelled) return null
    const metrics = readMetrics(readings, labelled, rows.train.length)
    if (pseudoLabels) metrics[PSEUDO_LABELS] = this.#pseudoLabels?.rows.length ?? 0
    if (rows.validation.length === 0) return metrics
    const sums = await this.#evaluate(rows.validation)
    return sums && Object.assign(metrics, readMetrics(readings, sums, rows.validation.length, VALIDATION))
  }

  #evaluate(rows: Int32Array): Promise<Float64Array | null> {
    return this.#untilDone(() => this.#job.session.evaluate(rows))
  }

  /** What work between steps comes to, begun again when it was cancelled (null); null when it is to stop. */
  async #untilDone<T>(work: () => Promise<T | null>): Promise<T | null> {
    for (;;) {
      if (!(await this.#mayContinue())) return null
      const started = performance.now()
      const result = await this.#whileRunning(work)
      this.#epochSeconds += (performance.now() - started) / 1000
      if (result !== null) return result
    }
  }

  /** Books the epoch; true when early stopping says so. */
  #completeEpoch(metrics: Record<string, number>, learningRate: number): boolean {
    const { plan, monitor, session } = this.#job
    this.#epoch += 1
    const record = { epoch: this.#epoch, learningRate, seconds: this.#epochSeconds, metrics }
    this.#history.push(record)
    this.#step = 0
    this.#sums = undefined
    this.#epochSeconds = 0
    let stop = false
    const watched = monitor ? metrics[monitor.name] : undefined
    if (watched !== undefined) {
      const verdict = this.#stopping.update(this.#epoch, watched)
      stop = verdict.stop
      if (verdict.improved) {
        this.#best = this.#checkpoint('best', session.read(), false)
        this.#bestSaved = false
      }
    }
    this.#reporter.epochCompleted(record, this.#visited.length)
    if (!stop && this.#epoch < plan.epochs && this.#isCheckpointDue()) this.#save(false)
    return stop
  }

  #isCheckpointDue(): boolean {
    const { everyEpochs, seconds } = this.#job.plan.checkpoint
    const age = performance.now() - this.#savedAt
    const byEpochs = everyEpochs > 0 && this.#epoch - this.#savedEpoch >= everyEpochs
    return age >= seconds * 1000 || (byEpochs && age >= CHECKPOINT_INTERVAL)
  }

  /** Waits while paused. False when it is to stop. */
  async #mayContinue(): Promise<boolean> {
    if (this.#failure !== undefined) throw this.#failure
    const { control } = this.#job
    if (control.requested === 'pause') {
      this.#save(false)
      this.#reporter.state('paused')
      const pausedAt = performance.now()
      await control.whenNotPaused()
      const paused = performance.now() - pausedAt
      this.#startedAt += paused
      this.#reporter.skip(paused)
      if (!this.#stopAsked()) this.#reporter.state('running')
    }
    return !this.#stopAsked()
  }

  #stopAsked(): boolean {
    return this.#job.control.requested === 'stop'
  }

  #stop(): TrainingResult {
    const last = this.#save(false)
    return { status: 'stopped', reason: 'stopped', history: this.#history, last, best: this.#best }
  }

  #finish(reason: TrainingResult['reason']): TrainingResult {
    const last = this.#save(true)
    return { status: 'completed', reason, history: this.#history, last, best: this.#best }
  }

  #stoppedEarly(): boolean {
    const { plan } = this.#job
    return plan.earlyStopping.enabled && this.#stopping.state.wait >= plan.earlyStopping.patience
  }

  #save(finished: boolean): Checkpoint {
    const { session, save, onEvent } = this.#job
    const last = this.#checkpoint('last', session.read(), finished)
    if (!allFinite(last.persistent)) throw this.#diverged(this.#rateAt(Math.max(0, this.#epoch - 1)))
    const checkpoints = this.#best && !this.#bestSaved ? [this.#best, last] : [last]
    this.#reporter.flush()
    if (save) {
      save(checkpoints)
      for (const { kind, epoch } of checkpoints) onEvent?.({ type: 'checkpoint', kind, epoch })
    }
    this.#bestSaved = true
    this.#checkpointDue = false
    this.#savedEpoch = this.#epoch
    this.#savedAt = performance.now()
    return last
  }

  #checkpoint(kind: Checkpoint['kind'], persistent: Float32Array, finished: boolean): Checkpoint {
    const partial = this.#sums && {
      step: this.#step,
      accumulators: Array.from(this.#sums),
      seconds: this.#epochSeconds,
    }
    const state: RunState = {
      version: 1,
      epoch: this.#epoch,
      iteration: this.#iteration,
      partial: partial ?? null,
      earlyStopping: this.#stopping.state,
      pseudoLabels: this.#pseudoLabels,
      seconds: this.#secondsBefore + (performance.now() - this.#startedAt) / 1000,
      finished,
    }
    return { kind, epoch: this.#epoch, iteration: this.#iteration, persistent, state }
  }

  async #whileRunning<T>(run: () => Promise<T>): Promise<T> {
    this.#running = true
    try {
      return await run()
    } finally {
      this.#running = false
    }
  }

  #interruptIfAsked(): void {
    if (this.#running && this.#job.control.requested !== 'run') this.#job.session.native.cancel()
  }

  #guardedTick(): void {
    try {
      this.#tick()
    } catch (thrown) {
      this.#failure ??= thrown
      if (this.#running) this.#job.session.native.cancel()
    }
  }

  #tick(): void {
    this.#reporter.flush()
    if (!this.#running || !this.#begun) return
    const { session, plan, save } = this.#job
    const validating = this.#step >= this.#steps
    const progress = session.native.progress()
    this.#reporter.progress({
      epoch: this.#epoch + 1,
      step: validating ? this.#step : this.#step + progress.step,
      steps: this.#steps,
      epochSamples: this.#visited.length,
      samples: validating ? this.#visited.length : this.#step * plan.batchSize + progress.samples,
      lossSum: (validating ? this.#sums : progress.accumulators)?.[0] ?? 0,
      learningRate: this.#rateAt(this.#epoch + (validating ? 0 : (this.#step + progress.step) / this.#steps)),
      elapsedSeconds: this.#secondsBefore + (performance.now() - this.#startedAt) / 1000,
    })
    if (save && !validating && performance.now() - this.#savedAt >= plan.checkpoint.seconds * 1000) {
      this.#checkpointDue = true
      session.native.cancel()
    }
  }

  #diverged(learningRate: number, result?: RunResult): LaminaError {
    return diverged({
      epoch: this.#epoch,
      step: this.#step,
      learningRate,
      ...(result ? { loss: result.accumulators[0] } : {}),
      savedEpoch: this.#savedEpoch,
    })
  }
}
