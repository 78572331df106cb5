import type { LaminaError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { StoredRun } from '../../store/runs.ts'
import type { Checkpoint } from '../../training/checkpoint.ts'
import type { EpochRecord } from '../../training/history.ts'
import type { RunOutcome } from '../../training/trainer.ts'
import type { TrainingEvent } from '../../training/trainer-events.ts'
import type { Job } from '../contract/common.ts'
import type { TrainingProgress } from '../contract/training.ts'
import type { EngineContext } from './context.ts'
import { Throttle } from './event-hub.ts'
import type { JobHandle } from './jobs.ts'
import type { OpenProject } from './projects.ts'
import { type RunFigures, snapshotOf, toSummary } from './run-views.ts'

/** Writes what happens to one run into its project and tells it to the clients. */
export class RunReporter {
  readonly #context: EngineContext
  readonly #project: OpenProject
  readonly #run: string
  readonly #epochs: number
  readonly #progress: Throttle<TrainingProgress & { project: string }>
  #job = ''
  #handle: JobHandle | null = null
  #figures: RunFigures
  #lastMetrics: Record<string, number> = {}
  #started = false

  constructor(context: EngineContext, project: OpenProject, run: StoredRun) {
    this.#context = context
    this.#project = project
    this.#run = run.id
    this.#epochs = snapshotOf(run).plan.epochs
    const before = run.summary as unknown as Partial<RunFigures>
    this.#figures = {
      epochs: before.epochs ?? 0,
      bestEpoch: before.bestEpoch ?? null,
      metrics: before.metrics ?? {},
    }
    this.#progress = new Throttle(100, (latest) => context.events.emit('run.progress', latest))
  }

  begin(job: string): void {
    this.#job = job
    this.#tell()
    this.#context.projects.changed(this.#project, 'runs')
  }

  running(handle: JobHandle): void {
    this.#started = true
    this.#handle = handle
    this.#project.store.runs.update(this.#run, { status: 'running', finishedAt: null, error: null })
    this.#tell()
  }

  event(event: TrainingEvent): void {
    const { events } = this.#context
    const place = { project: this.#project.id, run: this.#run }
    if (event.type === 'epochs') this.#epochsDone(event.records)
    else if (event.type === 'state') {
      this.#project.store.runs.update(this.#run, { status: event.state })
      this.#tell()
    } else if (event.type === 'warning') {
      const { rule, epoch, message, why } = event.warning
      const warning = { rule, epoch, message: `${message} ${why}` }
      this.#project.store.runs.addWarning(this.#run, warning)
      events.emit('run.warning', { ...place, ...warning })
    } else if (event.type === 'progress') {
      const { epoch, epochs, step, steps, loss, samplesPerSecond, remainingSeconds } = event
      this.#handle?.report(this.#figures.epochs, { total: epochs, etaSeconds: remainingSeconds })
      this.#progress.push({
        ...place,
        job: this.#job,
        epoch,
        epochs,
        step,
        steps,
        metrics: loss === null ? {} : { loss },
        samplesPerSecond,
        etaSeconds: remainingSeconds,
      })
    }
  }

  /** Called after checkpoints are safe. */
  saved(checkpoints: readonly Checkpoint[]): void {
    const best = checkpoints.find(({ kind }) => kind === 'best')
    const last = checkpoints.find(({ kind }) => kind === 'last')
    if (best) this.#figures.bestEpoch = best.epoch
    this.#figures.metrics = this.#lastMetrics
    this.#project.store.runs.update(this.#run, {
      summary: this.#figures as unknown as JsonObject,
      ...(last ? { seconds: last.state.seconds } : {}),
    })
  }

  finished(outcome: RunOutcome): void {
    this.#progress.dispose()
    const { status, last, best, metrics, seconds, restored } = outcome
    this.#figures = { epochs: last.epoch, bestEpoch: best?.epoch ?? null, metrics: { ...metrics }, restored }
    this.#handle?.report(last.epoch, { total: status === 'completed' ? last.epoch : this.#epochs })
    this.#end({ status, seconds, error: null })
  }

  /** Books the failure and returns it. */
  failed(error: LaminaError): LaminaError {
    this.#progress.dispose()
    this.#end({ status: 'failed', error: error.details })
    return error
  }

  /** A run whose job was stopped before its turn never started. */
  endIfQueued(job: Job): void {
    if (!this.#started && job.state === 'stopped') this.#end({ status: 'stopped', error: null })
  }

  #epochsDone(records: readonly EpochRecord[]): void {
    const epochs = records.map((record) => ({ ...record, metrics: { ...record.metrics } }))
    this.#project.store.runs.addEpochs(this.#run, epochs)
    const last = epochs.at(-1)
    if (last) {
      this.#lastMetrics = last.metrics
      this.#figures.epochs = last.epoch
      this.#handle?.report(last.epoch)
    }
    this.#context.events.emit('run.epoch', { project: this.#project.id, run: this.#run, epochs })
  }

  #end(change: Parameters<OpenProject['store']['runs']['update']>[1]): void {
    this.#project.store.runs.update(this.#run, {
      ...change,
      summary: this.#figures as unknown as JsonObject,
      finishedAt: new Date().toISOString(),
    })
    this.#tell()
    this.#context.projects.changed(this.#project, 'runs')
  }

  #tell(): void {
    const run = toSummary(this.#project.store.runs.get(this.#run))
    this.#context.events.emit('run.changed', { project: this.#project.id, run })
  }
}
