import { seriesOf } from '../history.ts'
import { defineHealthRule } from './rule.ts'

const WINDOW = 20
const RELATIVE = 1e-4
/** A loss this small is done rather than stuck. */
const DONE = 1e-3

/** The training loss has stood still for many epochs, well above zero. */
export const plateau = defineHealthRule({
  id: 'plateau',
  label: 'Plateau',
  check(history) {
    if (history.length < WINDOW + 1) return null
    const losses = seriesOf(history.slice(-WINDOW - 1), 'loss')
    const last = losses.at(-1) as number
    const spread = Math.max(...losses) - Math.min(...losses)
    if (!Number.isFinite(spread) || Math.abs(last) < DONE || spread > RELATIVE * Math.abs(last)) return null
    return {
      epoch: history.at(-1)?.epoch ?? 0,
      message: `Training loss has stayed at ${last.toPrecision(4)} for ${WINDOW} epochs.`,
      why: 'Either this is the best these layers can do, or the learning rate is too small or the units are dead.',
    }
  },
})
