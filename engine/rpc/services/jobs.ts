import { LaminaError } from '../../base/errors.ts'
import { newId } from '../../base/ids.ts'
import { TrainingControl } from '../../training/trainer-control.ts'
import type { Job } from '../contract/common.ts'
import { deferred } from '../deferred.ts'
import { type EventHub, Throttle } from './event-hub.ts'

export type JobRequest = Pick<Job, 'project' | 'kind' | 'title' | 'unit' | 'total' | 'subject'>

/** What the work of a job gets to steer by and to report to. */
export interface JobHandle {
  readonly id: string
  readonly control: TrainingControl
  /** Units done; `etaSeconds` where the work knows better than the mean of what was done. */
  report(done: number, options?: { total?: number; etaSeconds?: number | null }): void
}

/** `stopped`: ended before its end because it was asked to. */
export type JobOutcome = 'completed' | 'stopped'

interface Entry {
  job: Job
  control: TrainingControl
  work: (handle: JobHandle) => Promise<JobOutcome>
  progress: Throttle<Job>
  finished: Promise<Job>
  finish: (job: Job) => void
  /** Milliseconds of work, pauses left out. */
  worked: number
  since: number | null
}

const KEPT_FINISHED = 100

/**
 * Runs long work, so many at a time, first come first served; a paused job leaves its place to the next. Progress is told
 * about ten times a second, changes of state at once.
 */
export class Jobs {
  readonly #entries = new Map<string, Entry>()
  readonly #events: EventHub
  readonly #concurrency: number
  readonly #now: () => number

  constructor(events: EventHub, options: { concurrency?: number; now?: () => number } = {}) {
    this.#events = events
    this.#concurrency = options.concurrency ?? 1
    this.#now = options.now ?? Date.now
  }

  /** The work begins after the caller's turn, so that it can book the job first. */
  start(request: JobRequest, work: Entry['work']): Job {
    const job: Job = {
      id: newId('job'),
      ...request,
      state: 'queued',
      done: 0,
      etaSeconds: null,
      startedAt: new Date(this.#now()).toISOString(),
      finishedAt: null,
      error: null,
    }
    const { promise, resolve } = deferred<Job>()
    const progress = new Throttle<Job>(100, (latest) => this.#events.emit('job.changed', latest))
    const control = new TrainingControl()
    const entry: Entry = { job, control, work, progress, finished: promise, finish: resolve, worked: 0, since: null }
    this.#entries.set(job.id, entry)
    this.#tell(entry)
    queueMicrotask(() => this.#next())
    return { ...entry.job }
  }

  list(): Job[] {
    return [...this.#entries.values()].map((entry) => ({ ...entry.job }))
  }

  /** Throws `jobs.unknown`. */
  get(id: string): Job {
    return { ...this.#entry(id).job }
  }

  wait(id: string): Promise<Job> {
    return this.#entry(id).finished
  }

  stop(id: string): Promise<Job> {
    const entry = this.#entry(id)
    if (entry.job.state === 'queued') this.#end(entry, 'stopped', null)
    else entry.control.stop()
    return entry.finished
  }

  pause(id: string): Job {
    const entry = this.#entry(id)
    if (entry.job.state === 'running') {
      entry.control.pause()
      this.#rest(entry)
      entry.job = { ...entry.job, state: 'paused', etaSeconds: null }
      this.#tell(entry)
      this.#next()
    }
    return { ...entry.job }
  }

  resume(id: string): Job {
    const entry = this.#entry(id)
    if (entry.job.state === 'paused') {
      entry.since = this.#now()
      entry.job = { ...entry.job, state: 'running' }
      this.#tell(entry)
      entry.control.resume()
    }
    return { ...entry.job }
  }

  /** True while a job of the project (or any) has not ended. */
  active(project?: string): Job[] {
    return this.list().filter((job) => isActive(job) && (project === undefined || job.project === project))
  }

  /** Stops the jobs of a project, or all; resolves when they have ended. */
  async stopAll(project?: string): Promise<void> {
    const active = this.active(project).reverse()
    await Promise.all(active.map((job) => this.stop(job.id)))
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry) return entry
    throw new LaminaError({
      code: 'jobs.unknown',
      message: 'There is no such job.',
      where: id,
      expected: 'a job of this engine',
      received: id,
      fix: 'It may have ended before the engine was started again; look at the runs.',
    })
  }

  #next(): void {
    const entries = [...this.#entries.values()]
    let running = entries.filter((entry) => entry.job.state === 'running').length
    for (const entry of entries) {
      if (running >= this.#concurrency) return
      if (entry.job.state !== 'queued') continue
      running += 1
      void this.#run(entry)
    }
  }

  async #run(entry: Entry): Promise<void> {
    entry.since = this.#now()
    entry.job = { ...entry.job, state: 'running', startedAt: new Date(entry.since).toISOString() }
    this.#tell(entry)
    const handle: JobHandle = {
      id: entry.job.id,
      control: entry.control,
      report: (done, options = {}) => {
        const total = options.total ?? entry.job.total
        const etaSeconds = options.etaSeconds === undefined ? this.#estimate(entry, done, total) : options.etaSeconds
        entry.job = { ...entry.job, done, total, etaSeconds }
        entry.progress.push({ ...entry.job })
      },
    }
    try {
      const outcome = await entry.work(handle)
      this.#end(entry, outcome, null)
    } catch (thrown) {
      this.#end(entry, 'failed', LaminaError.from(thrown, entry.job.title))
    }
  }

  #estimate(entry: Entry, done: number, total: number): number | null {
    if (done <= 0 || total <= 0) return null
    const worked = entry.worked + (entry.since === null ? 0 : this.#now() - entry.since)
    return (worked / done) * (total - done) * 0.001
  }

  #rest(entry: Entry): void {
    if (entry.since !== null) entry.worked += this.#now() - entry.since
    entry.since = null
  }

  #end(entry: Entry, state: JobOutcome | 'failed', error: LaminaError | null): void {
    this.#rest(entry)
    entry.progress.dispose()
    const finishedAt = new Date(this.#now()).toISOString()
    entry.job = { ...entry.job, state, finishedAt, etaSeconds: null, error: error?.details ?? null }
    this.#tell(entry)
    entry.finish({ ...entry.job })
    this.#forgetOld()
    this.#next()
  }

  #forgetOld(): void {
    const finished = [...this.#entries.values()].filter((entry) => !isActive(entry.job))
    for (const entry of finished.slice(0, -KEPT_FINISHED)) this.#entries.delete(entry.job.id)
  }

  #tell(entry: Entry): void {
    this.#events.emit('job.changed', { ...entry.job })
  }
}

function isActive(job: Job): boolean {
  return job.state === 'queued' || job.state === 'running' || job.state === 'paused'
}
