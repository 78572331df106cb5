import { describe, expect, it } from 'vitest'
import { curvesOf, metricNames, secondsOf } from '../../../../renderer/features/training/curves.ts'
import {
  chooseRun,
  figureRows,
  latestWarnings,
  upToDate,
  usedEpochText,
} from '../../../../renderer/features/training/run-status.ts'

const history = [
  { epoch: 1, metrics: { accuracy: 0.5, loss: 1, validation_loss: 2 }, learningRate: 0.1, seconds: 0.25 },
  { epoch: 2, metrics: { accuracy: 0.75, loss: 0.5, validation_loss: 3 }, learningRate: 0.1, seconds: 0.5 },
]

describe('curves of a run', () => {
  it('pair training with validation, loss first', () => {
    expect(metricNames(history)).toEqual(['loss', 'accuracy'])
    expect(curvesOf(history, 'loss').map((series) => [series.name, series.part, series.points])).toEqual([
      [
        'train',
        'train',
        [
          [1, 1],
          [2, 0.5],
        ],
      ],
      [
        'validation',
        'validation',
        [
          [1, 2],
          [2, 3],
        ],
      ],
    ])
    expect(curvesOf(history, 'accuracy')).toHaveLength(1)
  })
  it('share a colour group when several runs are drawn', () => {
    const series = curvesOf(history, 'loss', 'Run 7')
    expect(series.map(({ name, group }) => [name, group])).toEqual([
      ['Run 7, train', 'Run 7'],
      ['Run 7, validation', 'Run 7'],
    ])
  })
  it('leave out what is not finite', () => {
    const diverged = [...history, { ...history[0]!, epoch: 3, metrics: { loss: Number.NaN } }]
    expect(curvesOf(diverged, 'loss')[0]?.points).toHaveLength(2)
  })
  it('know the time of all epochs', () => {
    expect(secondsOf(history)).toBe(0.75)
  })
})

describe('a run that goes on', () => {
  const summary = { status: 'running', epochs: 0, seconds: 0 } as const
  it('has the epochs and the time of its history', () => {
    expect(upToDate(summary, history)).toEqual({ status: 'running', epochs: 2, seconds: 0.75 })
    expect(upToDate(summary)).toBe(summary)
  })
  it('never has less than its summary says', () => {
    const resumed = { status: 'running', epochs: 7, seconds: 3 } as const
    expect(upToDate(resumed, history)).toEqual(resumed)
  })
  it('keeps to its summary once it has ended', () => {
    const ended = { status: 'stopped', epochs: 1, seconds: 0.25 } as const
    expect(upToDate(ended, history)).toBe(ended)
  })
})

describe('figures of a run', () => {
  it('stand side by side for training and validation', () => {
    expect(figureRows(history[1]!.metrics)).toEqual([
      { name: 'loss', label: 'Loss', train: 0.5, validation: 3 },
      { name: 'accuracy', label: 'Accuracy', train: 0.75, validation: null },
    ])
  })
  it('belong to the epoch whose weights are used', () => {
    expect(usedEpochText({ usedEpoch: 1042, epochs: 2000 })).toBe('Best epoch 1,042')
    expect(usedEpochText({ usedEpoch: 60, epochs: 60 })).toBe('Last epoch 60')
    expect(usedEpochText({ usedEpoch: null, epochs: 7 })).toBe('Last epoch 7')
  })
  it('show each symptom once, as last noticed', () => {
    const early = { rule: 'overfitting', epoch: 5 }
    const late = { rule: 'overfitting', epoch: 50 }
    const other = { rule: 'plateau', epoch: 7 }
    expect(latestWarnings([late, other, early])).toEqual([late, other])
  })
})

describe('the run a view looks at', () => {
  const runs = [{ id: 'c' }, { id: 'b' }, { id: 'a' }]
  it('is the chosen one, else the one that trains, else the newest', () => {
    expect(chooseRun(runs, 'b', 'a')?.id).toBe('a')
    expect(chooseRun(runs, 'b', 'gone')?.id).toBe('b')
    expect(chooseRun(runs, null, null)?.id).toBe('c')
    expect(chooseRun([], 'b', 'a')).toBeNull()
  })
})
