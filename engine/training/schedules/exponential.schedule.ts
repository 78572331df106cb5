import { numberParam } from '../../layers/read-params.ts'
import type { ScheduleDeclaration } from './schedule.ts'

export const exponential: ScheduleDeclaration = {
  type: 'exponential',
  label: 'exponential decay',
  help: '$\\eta_t = \\eta_0 e^{-k t}$ with the epoch $t$ from 0',
  params: {
    k: {
      kind: 'number',
      label: 'Decay k',
      help: 'Decay for one epoch.',
      default: 0.1,
      min: 0,
      max: 10,
      logarithmic: true,
    },
  },
  learningRate: (epoch, initial, params) => initial * Math.exp(-numberParam(params, 'k') * epoch),
}
