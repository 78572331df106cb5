import type { ErrorDetails } from '../../base/errors.ts'
import type { EffectiveParams, ParamSpecs } from '../../layers/params.ts'

/** What a schedule may know of its run besides the epoch. */
export interface ScheduledRun {
  /** Epochs of the plan. */
  epochs: number
  stepsPerEpoch: number
  /** The watched number after each epoch so far (the monitor of early stopping, else the training loss). */
  watched: readonly number[]
  better: 'higher' | 'lower'
}

/** A learning rate over epochs; the registry is `engine/training/schedules`. */
export interface ScheduleDeclaration {
  type: string
  label: string
  help: string
  params: ParamSpecs
  /** The rate changes at every step; `epoch` then has a fraction, the part of its steps that are done. */
  everyStep?: boolean
  /** It goes by `watched`, which is empty for the others. */
  watches?: boolean
  /** What is legal but unwise for a run of so many epochs; `where` is the parameter. */
  advise?(params: EffectiveParams, epochs: number): (ErrorDetails & { where: string }) | null
  /** Learning rate of an epoch counted from 0; `initial` is the optimiser's `learningRate`. */
  learningRate(epoch: number, initial: number, params: EffectiveParams, run: ScheduledRun): number
}
