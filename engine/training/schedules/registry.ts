import { LaminaError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { effectiveParams } from '../../layers/param-check.ts'
import { schedules as generated } from './generated/registry.ts'
import type { ScheduleDeclaration, ScheduledRun } from './schedule.ts'

export const schedules: readonly ScheduleDeclaration[] = generated

/** The schedule of that type, or undefined. */
export function findSchedule(type: string): ScheduleDeclaration | undefined {
  return schedules.find((schedule) => schedule.type === type)
}

function chosenSchedule(type: string): ScheduleDeclaration {
  const schedule = findSchedule(type)
  if (schedule) return schedule
  throw new LaminaError({
    code: 'plan.schedule',
    message: `There is no learning-rate schedule "${type}".`,
    where: 'training.schedule',
    expected: schedules.map((item) => item.type).join(', '),
    received: type,
    fix: 'Choose one of these.',
  })
}

/**
 * Learning rate of an epoch (from 0; with a fraction within it) under a chosen schedule. Of the run, what is left out counts as: 100 epochs
 * of one step, nothing watched yet. Throws `plan.schedule` for an unknown one.
 */
export function scheduledLearningRate(
  choice: { type: string; params: JsonObject },
  epoch: number,
  initial: number,
  run: Partial<ScheduledRun> = {},
): number {
  const schedule = chosenSchedule(choice.type)
  const complete = { epochs: 100, stepsPerEpoch: 1, watched: [], better: 'lower', ...run } as const
  return schedule.learningRate(epoch, initial, effectiveParams(schedule.params, choice.params), complete)
}
