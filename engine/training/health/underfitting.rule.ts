import { defineHealthRule } from './rule.ts'

const EPOCHS = 10
const IMPROVEMENT = 0.01

/** The training loss has hardly moved since the first epoch. */
export const underfitting = defineHealthRule({
  id: 'underfitting',
  label: 'Hardly learning',
  check(history) {
    const first = history[0]?.metrics.loss
    const last = history.at(-1)
    if (history.length < EPOCHS || first === undefined || !last || history[0]?.epoch !== 1) return null
    const loss = last.metrics.loss as number
    if (!(loss > first * (1 - IMPROVEMENT))) return null
    return {
      epoch: last.epoch,
      message: `Training loss is ${loss.toPrecision(4)} after ${last.epoch} epochs; it was ${first.toPrecision(4)} after the first.`,
      why: 'The learning rate may be far too small or too large, the inputs unscaled, or the targets unrelated to the features.',
    }
  },
})
