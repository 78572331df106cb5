import { numberParam } from '../../layers/read-params.ts'
import type { ScheduleDeclaration } from './schedule.ts'

/** Along half a cosine from one rate to another. */
function anneal(from: number, to: number, done: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * done))) / 2
}

export const oneCycle: ScheduleDeclaration = {
  type: 'one_cycle',
  label: 'one cycle',
  help: 'Rises along half a cosine from $\\eta_0 / d$ to the learning rate $\\eta_0$, which is the largest, then falls to $\\eta_0 / (d f)$; changes at every step (Smith and Topin 2019). As PyTorch OneCycleLR, momentum left alone.',
  everyStep: true,
  params: {
    riseShare: {
      kind: 'number',
      label: 'Rising share',
      help: 'Share of all steps in which the rate rises.',
      default: 0.3,
      min: 0,
      max: 1,
      exclusiveMin: true,
      exclusiveMax: true,
    },
    divisor: {
      kind: 'number',
      label: 'Initial divisor',
      help: 'The first rate is the largest divided by $d$.',
      default: 25,
      min: 1,
      max: 1e6,
      logarithmic: true,
    },
    finalDivisor: {
      kind: 'number',
      label: 'Final divisor',
      help: 'The last rate is the first divided by $f$.',
      default: 10000,
      min: 1,
      max: 1e9,
      logarithmic: true,
    },
  },
  learningRate(epoch, initial, params, { epochs, stepsPerEpoch }) {
    const first = initial / numberParam(params, 'divisor')
    const last = first / numberParam(params, 'finalDivisor')
    const step = epoch * stepsPerEpoch
    const end = epochs * stepsPerEpoch - 1
    const peak = numberParam(params, 'riseShare') * (end + 1) - 1
    if (step <= peak && peak > 0) return anneal(first, initial, step / peak)
    const from = Math.max(0, peak)
    return end > from ? anneal(initial, last, Math.min(1, (step - from) / (end - from))) : initial
  },
}
