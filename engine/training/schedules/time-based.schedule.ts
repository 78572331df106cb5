import { numberParam } from '../../layers/read-params.ts'
import type { ScheduleDeclaration } from './schedule.ts'

export const timeBased: ScheduleDeclaration = {
  type: 'time_based',
  label: 'time-based decay',
  help: '$\\eta_t = \\eta_0 / (1 + k t)$ with the epoch $t$ from 0',
  params: {
    k: {
      kind: 'number',
      label: 'Decay k',
      help: 'Decay for one epoch.',
      default: 0.01,
      min: 0,
      max: 10,
      logarithmic: true,
    },
  },
  learningRate: (epoch, initial, params) => initial / (1 + numberParam(params, 'k') * epoch),
}
