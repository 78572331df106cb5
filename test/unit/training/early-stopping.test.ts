import { describe, expect, it } from 'vitest'
import { EarlyStopping } from '../../../engine/training/early-stopping.ts'

const settings = { enabled: true, patience: 2, minDelta: 0, better: 'lower' as const }

/** Epoch at which it stops, counted from 1; null when it never does. */
function stopsAt(stopping: EarlyStopping, values: readonly number[]): number | null {
  for (const [index, value] of values.entries()) if (stopping.update(index + 1, value).stop) return index + 1
  return null
}

describe('early stopping', () => {
  it('stops after `patience` epochs without a new best', () => {
    const stopping = new EarlyStopping(settings)
    expect(stopsAt(stopping, [3, 2, 2.5, 1.9, 1.9, 2])).toBe(6)
    expect(stopping.state).toEqual({ best: 1.9, bestEpoch: 4, wait: 2 })
  })

  it('asks for an improvement by more than minDelta', () => {
    expect(stopsAt(new EarlyStopping({ ...settings, minDelta: 0.5 }), [3, 2.6, 2.5, 0])).toBe(3)
    expect(stopsAt(new EarlyStopping({ ...settings, minDelta: 0.5 }), [3, 2.4, 1.8, 1.2])).toBeNull()
  })

  it('knows scores that should rise', () => {
    const stopping = new EarlyStopping({ ...settings, better: 'higher' })
    expect(stopsAt(stopping, [0.5, 0.6, 0.6, 0.55])).toBe(4)
    expect(stopping.state.bestEpoch).toBe(2)
  })

  it('never takes a value that is not a number for a best', () => {
    const stopping = new EarlyStopping(settings)
    expect(stopsAt(stopping, [Number.NaN, Number.NaN])).toBe(2)
    expect(stopping.state.best).toBeNull()
  })

  it('does not stop after the first epoch, even with patience 0', () => {
    expect(stopsAt(new EarlyStopping({ ...settings, patience: 0 }), [1, 2])).toBe(2)
  })

  it('only remembers the best when it is switched off', () => {
    const stopping = new EarlyStopping({ ...settings, enabled: false })
    expect(stopsAt(stopping, [1, 2, 3, 4, 5])).toBeNull()
    expect(stopping.state).toEqual({ best: 1, bestEpoch: 1, wait: 4 })
  })

  it('goes on from its state as if it had never been stopped', () => {
    const whole = new EarlyStopping(settings)
    for (const [index, value] of [3, 2, 2.1].entries()) whole.update(index + 1, value)
    const resumed = new EarlyStopping(settings, JSON.parse(JSON.stringify(whole.state)))
    expect(resumed.update(4, 2.2)).toEqual({ improved: false, stop: true })
  })
})
