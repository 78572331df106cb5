import type { ScheduleDeclaration } from './schedule.ts'

export const constant: ScheduleDeclaration = {
  type: 'constant',
  label: 'constant',
  help: '$\\eta_t = \\eta_0$',
  params: {},
  learningRate: (_epoch, initial) => initial,
}
