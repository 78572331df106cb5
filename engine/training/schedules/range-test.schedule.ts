import { numberParam } from '../../layers/read-params.ts'
import type { ScheduleDeclaration } from './schedule.ts'

export const rangeTest: ScheduleDeclaration = {
  type: 'range_test',
  label: 'learning-rate range test',
  help: 'Grows evenly in powers from $\\eta_0$ to the largest rate over all steps, to find a good rate (Smith 2017): begin with a tiny $\\eta_0$ and few rows an epoch, and take a rate somewhat below the one at which the loss falls fastest. That the run diverges near its end is to be expected.',
  everyStep: true,
  params: {
    maxLearningRate: {
      kind: 'number',
      label: 'Largest learning rate',
      help: 'The rate that the last step comes to.',
      default: 10,
      min: 0,
      max: 1e6,
      exclusiveMin: true,
      logarithmic: true,
    },
  },
  learningRate(epoch, initial, params, { epochs, stepsPerEpoch }) {
    const last = epochs * stepsPerEpoch - 1
    const done = last > 0 ? Math.min(1, (epoch * stepsPerEpoch) / last) : 0
    return initial * (numberParam(params, 'maxLearningRate') / initial) ** done
  },
}
