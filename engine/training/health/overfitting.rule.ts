import { VALIDATION } from '../history.ts'
import { defineHealthRule } from './rule.ts'

const PATIENCE = 10
const WORSE = 1.1

/** Validation loss has its minimum well behind while the training loss still falls. */
export const overfitting = defineHealthRule({
  id: 'overfitting',
  label: 'Overfitting',
  check(history) {
    const last = history.at(-1)
    const validation = last?.metrics[`${VALIDATION}loss`]
    if (!last || validation === undefined) return null
    let best = 0
    for (const [index, record] of history.entries())
      if ((record.metrics[`${VALIDATION}loss`] ?? Infinity) < (history[best]?.metrics[`${VALIDATION}loss`] ?? Infinity))
        best = index
    const bestRecord = history[best]
    if (!bestRecord || history.length - 1 - best < PATIENCE) return null
    const least = bestRecord.metrics[`${VALIDATION}loss`] as number
    const stillLearning = (last.metrics.loss as number) < (bestRecord.metrics.loss as number)
    if (!stillLearning || validation < least * WORSE) return null
    return {
      epoch: last.epoch,
      message: `Validation loss is ${validation.toPrecision(4)}; it was ${least.toPrecision(4)} at epoch ${bestRecord.epoch}, while training loss still falls.`,
      why: 'The network begins to memorise the training rows: early stopping, dropout, L2 or more data help.',
    }
  },
})
