import { numberParam } from '../../layers/read-params.ts'
import type { ScheduleDeclaration } from './schedule.ts'

export const step: ScheduleDeclaration = {
  type: 'step',
  label: 'step decay',
  help: '$\\eta_t = \\eta_0 \\cdot drop^{\\lfloor (1 + t) / epochs\\_drop \\rfloor}$ with the epoch $t$ from 0',
  params: {
    drop: {
      kind: 'number',
      label: 'Drop',
      help: 'Factor at each step.',
      default: 0.5,
      min: 0,
      max: 1,
      exclusiveMin: true,
    },
    epochsDrop: {
      kind: 'integer',
      label: 'Epochs per drop',
      help: 'Epochs between two steps.',
      default: 10,
      min: 1,
      max: 100000,
    },
  },
  learningRate: (epoch, initial, params) =>
    initial * numberParam(params, 'drop') ** Math.floor((1 + epoch) / numberParam(params, 'epochsDrop')),
}
