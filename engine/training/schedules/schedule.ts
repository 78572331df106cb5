import type { EffectiveParams, ParamSpecs } from '../../layers/params.ts'

/** A learning rate over epochs; the registry is `engine/training/schedules`. */
export interface ScheduleDeclaration {
  type: string
  label: string
  help: string
  params: ParamSpecs
  /** Learning rate of an epoch counted from 0; `initial` is the optimiser's `learningRate`. */
  learningRate(epoch: number, initial: number, params: EffectiveParams): number
}
