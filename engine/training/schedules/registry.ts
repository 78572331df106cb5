import { LaminaError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { effectiveParams } from '../../layers/param-check.ts'
import { schedules as generated } from './generated/registry.ts'
import type { ScheduleDeclaration } from './schedule.ts'

export const schedules: readonly ScheduleDeclaration[] = generated

/** The schedule of that type, or undefined. */
export function findSchedule(type: string): ScheduleDeclaration | undefined {
  return schedules.find((schedule) => schedule.type === type)
}

/** Learning rate of an epoch (from 0) under a chosen schedule. Throws `plan.schedule` for an unknown one. */
export function scheduledLearningRate(
  choice: { type: string; params: JsonObject },
  epoch: number,
  initial: number,
): number {
  const schedule = findSchedule(choice.type)
  if (!schedule)
    throw new LaminaError({
      code: 'plan.schedule',
      message: `There is no learning-rate schedule "${choice.type}".`,
      where: 'training.schedule',
      expected: schedules.map((item) => item.type).join(', '),
      received: choice.type,
      fix: 'Choose one of these.',
    })
  return schedule.learningRate(epoch, initial, effectiveParams(schedule.params, choice.params))
}
