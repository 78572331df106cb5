import type { CheckpointKind } from './checkpoint.ts'
import type { HealthWarning } from './health/rule.ts'
import type { EpochRecord } from './history.ts'

export interface TrainingStarted {
  type: 'started'
  /** Epochs done before (0 unless resumed) and wanted in all. */
  epoch: number
  epochs: number
  stepsPerEpoch: number
  trainSamples: number
  /** Rows without a label that may be given one; 0 unless the plan has pseudo-labels. */
  unlabelledSamples: number
  validationSamples: number
  parameters: number
  peakBytes: number
  threads: number
}

/** Epochs completed since the last such event; many tiny ones come together. */
export interface EpochsCompleted {
  type: 'epochs'
  records: readonly EpochRecord[]
}

export interface TrainingProgress {
  type: 'progress'
  /** The epoch that goes on, counted from 1. */
  epoch: number
  epochs: number
  step: number
  steps: number
  /** Mean training loss of the epoch so far; null before its first batch. */
  loss: number | null
  learningRate: number
  samplesPerSecond: number
  elapsedSeconds: number
  /** Seconds to the last epoch (early stopping may end sooner); null while unknown. */
  remainingSeconds: number | null
}

export interface CheckpointWritten {
  type: 'checkpoint'
  kind: CheckpointKind
  epoch: number
}

export interface TrainingStateChanged {
  type: 'state'
  state: 'running' | 'paused'
}

export interface TrainingWarned {
  type: 'warning'
  warning: HealthWarning
}

export type TrainingEvent =
  | TrainingStarted
  | EpochsCompleted
  | TrainingProgress
  | CheckpointWritten
  | TrainingStateChanged
  | TrainingWarned
