import { describe, expect, it } from 'vitest'
import { historyUpTo, meansOf, seriesOf } from '../../../engine/training/history.ts'
import { initialRunState, type RunState, runStateFromJson, runStateToJson } from '../../../engine/training/run-state.ts'

describe('the state of a run', () => {
  it('survives JSON without losing a bit', () => {
    const state: RunState = {
      ...initialRunState(),
      epoch: 7,
      iteration: 1234,
      partial: { step: 3, accumulators: [0.1 + 0.2, 1e-300, Math.PI], seconds: 0.25 },
      earlyStopping: { best: 1 / 3, bestEpoch: 5, wait: 2 },
      pseudoLabels: { epoch: 8, rows: [3, 17, 40], classes: [0, 2, 0] },
      finished: false,
    }
    expect(runStateFromJson(JSON.parse(JSON.stringify(runStateToJson(state))))).toEqual(state)
    expect(runStateFromJson(runStateToJson(initialRunState()))).toEqual(initialRunState())
  })

  it('of an older version has no pseudo-labels', () => {
    const { pseudoLabels: _, ...older } = runStateToJson(initialRunState())
    expect(runStateFromJson(older)).toEqual(initialRunState())
  })

  const good = runStateToJson(initialRunState())
  it.each([
    ['nothing', null],
    ['a list', []],
    ['another version', { ...good, version: 2 }],
    ['a negative epoch', { ...good, epoch: -1 }],
    ['an iteration that is no whole number', { ...good, iteration: 0.5 }],
    ['no early stopping', { ...good, earlyStopping: null }],
    ['sums that are no numbers', { ...good, partial: { step: 1, accumulators: ['1'], seconds: 0 } }],
    ['labels without rows', { ...good, pseudoLabels: { epoch: 1, rows: [1], classes: [] } }],
    ['a label that is no class', { ...good, pseudoLabels: { epoch: 1, rows: [1], classes: [-1] } }],
  ])('is refused when it is %s', (_, json) => {
    expect(() => runStateFromJson(json)).toThrow(expect.objectContaining({ code: 'training.checkpoint-state' }))
  })
})

describe('history', () => {
  const record = (epoch: number, loss: number) => ({ epoch, learningRate: 0.1, seconds: 0, metrics: { loss } })

  it('turns sums into means, with prefix and units', () => {
    expect(meansOf(['loss', 'mean_absolute_error'], [6, 8], 4)).toEqual({ loss: 1.5, mean_absolute_error: 2 })
    expect(meansOf(['loss', 'mae'], [6, 8], 4, { prefix: 'validation_', factors: [1, 10] })).toEqual({
      validation_loss: 1.5,
      validation_mae: 20,
    })
  })

  it('drops epochs after a checkpoint and reads a series', () => {
    const history = [record(1, 3), record(2, 2), record(3, 1)]
    expect(seriesOf(historyUpTo(history, 2), 'loss')).toEqual([3, 2])
    expect(seriesOf(history, 'accuracy')).toEqual([])
  })
})
