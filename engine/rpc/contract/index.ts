import type { ErrorDetails } from '../../base/errors.ts'
import { app, jobs } from './app.ts'
import type { Job } from './common.ts'
import { datasets } from './datasets.ts'
import type { ClientOf } from './define.ts'
import { evaluation, exporting, type SweepRecord, type TrialRecord, tuning } from './evaluation.ts'
import { models } from './models.ts'
import { projects } from './projects.ts'
import { type EpochRecord, type RunSummary, runs, type TrainingProgress, training } from './training.ts'

/** The only place where remote methods exist: the client is derived from it and the server must be total. */
export const contract = { app, jobs, projects, models, datasets, training, runs, evaluation, tuning, exporting }
export type Contract = typeof contract

/** What the engine tells without being asked. Every client hears every event. */
export interface EngineEvents {
  'job.changed': Job
  'run.changed': { project: string; run: RunSummary }
  'run.epoch': { project: string; run: string; epochs: EpochRecord[] }
  'run.progress': TrainingProgress & { project: string }
  'run.warning': { project: string; run: string; rule: string; message: string; epoch: number }
  'sweep.changed': { project: string; sweep: Omit<SweepRecord, 'trials'> }
  'sweep.trial': { project: string; sweep: string; trial: TrialRecord }
  'project.changed': { project: string; what: ('info' | 'models' | 'datasets' | 'runs')[] }
  'engine.log': { level: 'info' | 'warning' | 'error'; message: string; at: string }
}

/** The engine as its clients see it. */
export interface EngineClient {
  readonly call: ClientOf<Contract>
  on<E extends keyof EngineEvents>(event: E, listener: (payload: EngineEvents[E]) => void): () => void
  /** Fires when the connection is lost or back (the engine restarted). */
  onConnection(listener: (state: 'connected' | 'lost', reason?: ErrorDetails) => void): () => void
  close(): void
}
