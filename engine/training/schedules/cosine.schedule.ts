import { numberParam } from '../../layers/read-params.ts'
import type { ScheduleDeclaration } from './schedule.ts'

export const cosine: ScheduleDeclaration = {
  type: 'cosine',
  label: 'cosine decay with warm-up',
  help: 'Rises evenly from 0 to $\\eta_0$ during the warm-up, then falls along half a cosine to $\\alpha \\eta_0$ at the last epoch; changes at every step (Loshchilov and Hutter 2017). Keras CosineDecay.',
  everyStep: true,
  params: {
    warmupEpochs: {
      kind: 'number',
      label: 'Warm-up epochs',
      help: 'Epochs until the full rate is reached. 0: begin with it.',
      keras: 'warmup_steps',
      default: 0,
      min: 0,
      max: 100000,
    },
    alpha: {
      kind: 'number',
      label: 'Final share',
      help: 'Share $\\alpha$ of the rate that is left at the end.',
      keras: 'alpha',
      default: 0,
      min: 0,
      max: 1,
    },
  },
  advise(params, epochs) {
    const warmup = numberParam(params, 'warmupEpochs')
    if (warmup < epochs) return null
    return {
      code: 'training.warmup-too-long',
      message: `The warm-up takes all ${epochs} epochs: the rate never falls${warmup > epochs ? ', nor does it reach its full height' : ''}.`,
      where: 'warmupEpochs',
      expected: `fewer warm-up epochs than the ${epochs} of the run`,
      received: String(warmup),
      fix: 'Warm up for about a tenth of the epochs, or train for more.',
    }
  },
  learningRate(epoch, initial, params, { epochs }) {
    const warmup = numberParam(params, 'warmupEpochs')
    if (epoch < warmup) return (initial * epoch) / warmup
    const done = epochs > warmup ? Math.min(1, (epoch - warmup) / (epochs - warmup)) : 1
    const alpha = numberParam(params, 'alpha')
    return initial * (alpha + ((1 - alpha) * (1 + Math.cos(Math.PI * done))) / 2)
  },
}
