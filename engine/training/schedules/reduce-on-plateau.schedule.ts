import { numberParam } from '../../layers/read-params.ts'
import type { ScheduleDeclaration } from './schedule.ts'

export const reduceOnPlateau: ScheduleDeclaration = {
  type: 'reduce_on_plateau',
  label: 'reduce on plateau',
  help: 'Multiplies the rate by a factor whenever the watched number has not got better for some epochs: the monitor of early stopping where the run has it, else the training loss. Keras ReduceLROnPlateau.',
  watches: true,
  params: {
    factor: {
      kind: 'number',
      label: 'Factor',
      help: 'What the rate is multiplied by.',
      keras: 'factor',
      default: 0.1,
      min: 0,
      max: 1,
      exclusiveMin: true,
      exclusiveMax: true,
    },
    patience: {
      kind: 'integer',
      label: 'Patience',
      help: 'Epochs without improvement before the rate is reduced.',
      keras: 'patience',
      default: 10,
      min: 1,
      max: 100000,
    },
    minDelta: {
      kind: 'number',
      label: 'Minimum change',
      help: 'Smaller changes do not count as improvement.',
      keras: 'min_delta',
      default: 0.0001,
      min: 0,
      max: 1000,
      searchable: false,
    },
    cooldown: {
      kind: 'integer',
      label: 'Cool-down',
      help: 'Epochs after a reduction in which none are counted.',
      keras: 'cooldown',
      default: 0,
      min: 0,
      max: 100000,
      searchable: false,
    },
    minLearningRate: {
      kind: 'number',
      label: 'Least learning rate',
      help: 'The rate never falls below it.',
      keras: 'min_lr',
      default: 0,
      min: 0,
      max: 1000,
      searchable: false,
    },
  },
  learningRate(epoch, initial, params, { watched, better }) {
    const sign = better === 'higher' ? -1 : 1
    const minDelta = numberParam(params, 'minDelta')
    const patience = numberParam(params, 'patience')
    const least = numberParam(params, 'minLearningRate')
    let rate = initial
    let best = Number.POSITIVE_INFINITY
    let wait = 0
    let cooldown = 0
    for (const value of watched.slice(0, Math.floor(epoch))) {
      if (cooldown > 0) {
        cooldown -= 1
        wait = 0
      }
      if (sign * value < best - minDelta) {
        best = sign * value
        wait = 0
      } else if (cooldown === 0) {
        wait += 1
        if (wait >= patience && rate > least) {
          rate = Math.max(rate * numberParam(params, 'factor'), least)
          cooldown = numberParam(params, 'cooldown')
          wait = 0
        }
      }
    }
    return rate
  },
}
