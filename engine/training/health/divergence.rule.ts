import { seriesOf } from '../history.ts'
import { defineHealthRule } from './rule.ts'

const RISING = 3
const FACTOR = 2
/** Below this share of the loss at the start a rise is noise of single batches, not divergence. */
const NOISE = 0.05

/** The training loss rises epoch after epoch. */
export const divergence = defineHealthRule({
  id: 'divergence',
  label: 'Rising loss',
  check(history) {
    const losses = seriesOf(history.slice(-RISING - 1), 'loss')
    if (losses.length < RISING + 1) return null
    for (let i = 1; i < losses.length; i += 1) if ((losses[i] as number) <= (losses[i - 1] as number)) return null
    const first = losses[0] as number
    const last = losses.at(-1) as number
    const start = seriesOf(history.slice(0, 1), 'loss')[0] ?? 0
    if (last < first * FACTOR || last < start * NOISE) return null
    return {
      epoch: history.at(-1)?.epoch ?? 0,
      message: `Training loss rose for ${RISING} epochs in a row, from ${first.toPrecision(4)} to ${last.toPrecision(4)}.`,
      why: 'The steps overshoot: lower the learning rate, or scale the inputs.',
    }
  },
})
