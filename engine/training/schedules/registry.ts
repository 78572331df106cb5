import type { JsonObject } from '../../base/json.ts'
import { effectiveParams } from '../../layers/param-check.ts'
import { schedules as generated } from './generated/registry.ts'
import type { ScheduleDeclaration } from './schedule.ts'

export const schedules: readonly ScheduleDeclaration[] = generated

/** The schedule of that type, or undefined. */
export function findSchedule(type: string): ScheduleDeclaration | undefined {
  return schedules.find((schedule) => schedule.type === type)
}

/** Learning rate of an epoch (from 0) under a chosen schedule; an unknown type is constant. */
export function scheduledLearningRate(
  choice: { type: string; params: JsonObject },
  epoch: number,
  initial: number,
): number {
  const schedule = findSchedule(choice.type)
  if (!schedule) return initial
  return schedule.learningRate(epoch, initial, effectiveParams(schedule.params, choice.params))
}
