import { describe, expect, it } from 'vitest'
import type { SweepRecord, TrialRecord } from '../../../../engine/rpc/contract/evaluation.ts'
import { findTemplate } from '../../../../engine/templates/registry.ts'
import { parseSpace } from '../../../../engine/tuning/space.ts'
import { buildSpace, newRow } from '../../../../renderer/features/tuning/space-form.ts'
import {
  bestTrial,
  objectives,
  shortPath,
  trialPoints,
  valueText,
  withTrial,
} from '../../../../renderer/features/tuning/sweep-table.ts'

const trial = (
  number: number,
  values: Record<string, unknown>,
  metrics: Record<string, number>,
  status: TrialRecord['status'] = 'completed',
): TrialRecord => ({
  number,
  run: null,
  status,
  values,
  metrics,
  seconds: 1,
  error: null,
})
const sweep = (trials: TrialRecord[]): SweepRecord => ({
  id: 'swp_1',
  model: 'mdl_1',
  name: 'sweep',
  strategy: 'grid',
  objective: 'accuracy',
  direction: 'maximize',
  folds: 0,
  state: 'running',
  createdAt: '',
  planned: 3,
  trials,
  best: null,
})

describe('the best trial', () => {
  const trials = [
    trial(1, {}, { accuracy: 0.9, loss: 0.4 }),
    trial(2, {}, { accuracy: 0.9, loss: 0.3 }),
    trial(3, {}, { accuracy: 0.99, loss: 0.1 }, 'failed'),
    trial(4, {}, { accuracy: Number.NaN }),
  ]
  it('has the best objective, equal ones the lower loss; failed ones do not count', () => {
    expect(bestTrial(trials, 'accuracy', 'maximize')).toBe(2)
    expect(bestTrial(trials, 'loss', 'minimize')).toBe(2)
    expect(bestTrial([], 'accuracy', 'maximize')).toBeNull()
  })
  it('follows the trials as they end, each once and in order', () => {
    const first = withTrial(sweep([]), trial(2, {}, { accuracy: 0.5 }))
    const second = withTrial(first, trial(1, {}, { accuracy: 0.75 }))
    const again = withTrial(second, trial(2, {}, { accuracy: 0.8 }))
    expect(second.best).toBe(1)
    expect(again.best).toBe(2)
    expect(again.trials.map(({ number }) => number)).toEqual([1, 2])
  })
})

describe('a chart of trials', () => {
  it('has numbers on its axis, logarithmic when they spread widely', () => {
    const trials = [trial(1, { rate: 0.001 }, { accuracy: 0.5 }), trial(2, { rate: 0.1 }, { accuracy: 0.75 })]
    const points = [
      [0.001, 0.5],
      [0.1, 0.75],
    ]
    expect(trialPoints(sweep(trials), 'rate')).toEqual({ points, categories: undefined, logarithmic: true })
    const close = [trial(1, { units: 8 }, { accuracy: 0.5 }), trial(2, { units: 16 }, { accuracy: 0.75 })]
    expect(trialPoints(sweep(close), 'units').logarithmic).toBe(false)
  })
  it('counts words as categories and leaves out trials without the objective', () => {
    const trials = [
      trial(1, { activation: 'relu' }, { accuracy: 0.5 }),
      trial(2, { activation: 'tanh' }, {}),
      trial(3, { activation: 'tanh' }, { accuracy: 0.75 }),
    ]
    expect(trialPoints(sweep(trials), 'activation')).toEqual({
      points: [
        [0, 0.5],
        [1, 0.75],
      ],
      categories: ['relu', 'tanh'],
      logarithmic: false,
    })
  })
  it('shortens paths and shows values as text', () => {
    expect(shortPath('training.optimizer.learningRate')).toBe('learningRate')
    expect(shortPath('dense_1.units')).toBe('dense_1.units')
    expect([valueText(0.0125), valueText('relu'), valueText(true), valueText(null)]).toEqual([
      '0.0125',
      'relu',
      'true',
      'null',
    ])
  })
  it('is ranked by accuracy for classes and by RMSE for numbers unless one says otherwise', () => {
    const { document } = findTemplate('iris')!
    expect(objectives(document, 'classes')[0]).toBe('accuracy')
    expect(objectives(document, 'numeric')[0]).toBe('rmse')
  })
  it('is ranked by what an autoencoder and a GAN have, though their data has classes', () => {
    expect(objectives(findTemplate('autoencoder')!.document, 'classes')).toEqual(['rmse', 'mae', 'mse', 'loss'])
    const generation = objectives(findTemplate('gan-digits')!.document, 'classes')
    expect(generation[0]).toBe('mean_distance')
    expect(generation).not.toContain('accuracy')
  })
})

describe('a search space from the form', () => {
  const units = {
    path: 'dense_1.units',
    label: 'Units',
    kind: 'integer',
    min: 1,
    max: 4096,
    logarithmic: true,
    current: 16,
  }
  const rate = {
    path: 'training.optimizer.learningRate',
    label: 'Learning rate',
    kind: 'number',
    min: 0,
    max: 1,
    logarithmic: true,
    current: 0.01,
  }

  it('begins with values around the present one and a range of an order of magnitude to each side', () => {
    expect(newRow(rate)).toEqual({
      path: rate.path,
      mode: 'values',
      text: '0.001, 0.01, 0.1',
      min: 0.001,
      max: 0.1,
      scale: 'log',
      steps: 5,
    })
    expect(newRow({ ...rate, current: 0 })).toMatchObject({ min: 0, max: 1, scale: 'linear' })
  })
  it('is one the engine reads', () => {
    const rows = [newRow(units), { ...newRow(rate), mode: 'range' as const }]
    const { space, problems } = buildSpace(rows, [units, rate])
    expect(problems).toEqual({})
    expect(space).toEqual({
      'dense_1.units': [8, 16, 32],
      [rate.path]: { min: 0.001, max: 0.1, scale: 'log', steps: 5 },
    })
    expect(parseSpace(space).dimensions).toHaveLength(2)
  })
  it('names what does not fit beside its row', () => {
    const range = { ...newRow(units), mode: 'range' as const }
    const problemOf = (row: typeof range) => buildSpace([row], [units]).problems[row.path]
    expect(problemOf({ ...range, min: 5, max: 5 })).toMatch(/above 5/)
    expect(problemOf({ ...range, min: 0, scale: 'linear' })).toMatch(/at least 1/)
    expect(problemOf({ ...range, max: 5000 })).toMatch(/at most 4096/)
    expect(problemOf({ ...range, min: 1.5 })).toMatch(/whole numbers/)
    expect(problemOf({ ...range, path: 'gone.units' })).toMatch(/no such parameter/)
    expect(buildSpace([{ ...newRow(rate), mode: 'range', min: 0 }], [rate]).problems[rate.path]).toMatch(/above 0/)
  })
})
