import { numberParam } from '../../layers/read-params.ts'
import type { ScheduleDeclaration } from './schedule.ts'

export const polynomial: ScheduleDeclaration = {
  type: 'polynomial',
  label: 'polynomial decay',
  help: '$(\\eta_0 - \\eta_{end}) (1 - t / T)^p + \\eta_{end}$ over the $T$ epochs of the plan; a straight line with $p = 1$; changes at every step. Keras PolynomialDecay.',
  everyStep: true,
  params: {
    endLearningRate: {
      kind: 'number',
      label: 'Final learning rate',
      help: 'The rate $\\eta_{end}$ that the last epoch ends with.',
      keras: 'end_learning_rate',
      default: 0.0001,
      min: 0,
      max: 1000,
      logarithmic: true,
    },
    power: {
      kind: 'number',
      label: 'Power',
      help: 'The exponent $p$.',
      keras: 'power',
      default: 1,
      min: 0,
      max: 100,
      exclusiveMin: true,
    },
  },
  learningRate(epoch, initial, params, { epochs }) {
    const end = numberParam(params, 'endLearningRate')
    return (initial - end) * (1 - Math.min(1, epoch / epochs)) ** numberParam(params, 'power') + end
  },
}
