import { describe, expect, it } from 'vitest'
import type { EvaluationRecord, KFoldResult, Report } from '../../../../engine/rpc/contract/evaluation.ts'
import type { RunSummary } from '../../../../engine/rpc/contract/training.ts'
import { foldsText, headlineScores } from '../../../../renderer/features/evaluation/kfold.ts'
import { evaluable, latestRecord, testUse } from '../../../../renderer/features/evaluation/records.ts'
import {
  figuresOf,
  foldCells,
  reportCells,
  toCsv,
  toMarkdown,
} from '../../../../renderer/features/evaluation/report-text.ts'

const averages = { precision: 0.5, recall: 0.25, f1: 0.125 }
const report: Report = {
  task: 'classification',
  classes: ['yes', 'no, never'],
  rows: 4,
  loss: 0.5,
  accuracy: 0.75,
  logLoss: 0.5,
  perClass: [{ name: 'no, never', precision: 1, recall: 0.5, f1: 0.6, support: 2 }],
  macro: averages,
  micro: averages,
  weighted: averages,
  confusion: [
    [2, 0],
    [1, 1],
  ],
}
const result: KFoldResult = {
  id: 'evl_1',
  model: 'mdl_1',
  folds: 2,
  repeats: 1,
  createdAt: '2026-01-01T00:00:00Z',
  metrics: { loss: { mean: 0.5, sd: 0.1, folds: [0.4, 0.6] }, accuracy: { mean: 0.9, sd: 0.02, folds: [0.88, 0.92] } },
  confusion: null,
  classes: null,
}

describe('a report as a table', () => {
  it('has a line for each class and for each average', () => {
    const cells = reportCells(report)
    expect(cells[0]).toEqual(['Class', 'Precision', 'Recall', 'F1', 'Support'])
    expect(cells.map((row) => row[0])).toEqual([
      'Class',
      'no, never',
      'Macro average',
      'Micro average',
      'Weighted average',
    ])
  })
  it('quotes in CSV and escapes in Markdown', () => {
    expect(toCsv(reportCells(report)).split('\n')[1]).toBe('"no, never",1,0.5,0.6,2')
    expect(
      toMarkdown([
        ['a|b', 'c'],
        [1, 2],
      ]),
    ).toBe('| a\\|b | c |\n| --- | --- |\n| 1 | 2 |\n')
  })
  it('does not head the report of a GAN with a sum of losses that work against each other', () => {
    const generation: Report = { task: 'generation', rows: 3, loss: 2, discriminatorLoss: 1.3, generatorLoss: 0.7, realAccuracy: 0.5, generatedAccuracy: 0.6, meanDistance: 0.1, deviationDistance: 0.2, shape: [4], sheet: [], range: [0, 1] } // biome-ignore format: one report
    expect(figuresOf(generation).map(({ id }) => id)).toEqual(['real-accuracy', 'generated-accuracy', 'mean-distance', 'rows']) // biome-ignore format: one list
    expect(reportCells(generation)).toContainEqual(['Generator loss', 0.7])
  })
  it('leaves out a percentage error that is not defined', () => {
    const regression = {
      task: 'regression',
      target: 'y',
      rows: 3,
      loss: 1,
      mae: 1,
      mse: 1,
      rmse: 1,
      r2: 0,
      points: [],
    } as const
    const names = (mape: number | null) => reportCells({ ...regression, mape, points: [] }).map((row) => row[0])
    expect(names(null)).not.toContain('MAPE')
    expect(names(0.1)).toContain('MAPE')
  })
})

describe('a cross-validation as a table', () => {
  it('lists every fold, then mean and standard deviation', () => {
    expect(foldCells(result)).toEqual([
      ['Fold', 'Loss', 'Accuracy'],
      [1, 0.4, 0.88],
      [2, 0.6, 0.92],
      ['Mean', 0.5, 0.9],
      ['SD', 0.1, 0.02],
    ])
  })
  it('has the scores that matter first, as mean and spread', () => {
    expect(headlineScores(result)).toEqual([
      { name: 'accuracy', label: 'Accuracy', text: '0.9 ± 0.02' },
      { name: 'loss', label: 'Loss', text: '0.5 ± 0.1' },
    ])
    expect(foldsText({ folds: 5, repeats: 1 })).toBe('5 folds')
    expect(foldsText({ folds: 5, repeats: 3 })).toBe('5 folds x 3')
  })
})

describe('reports of runs', () => {
  const record = (id: string, run: string, part: EvaluationRecord['part']): EvaluationRecord => ({
    id,
    run,
    part,
    createdAt: '',
    report,
  })
  const records = [
    record('1', 'a', 'test'),
    record('2', 'b', 'test'),
    record('3', 'a', 'train'),
    record('4', 'a', 'test'),
  ]
  const runs = { a: { model: 'm' }, b: { model: 'm' }, c: { model: 'other' } }

  it('show the newest of a run and part', () => {
    expect(latestRecord(records, 'a', 'test')?.id).toBe('4')
    expect(latestRecord(records, 'b', 'train')).toBeNull()
    expect(latestRecord(records, null, 'test')).toBeNull()
  })
  it('say how often the test part of a model was used, from the second time on', () => {
    expect(testUse(records, runs, 'm')).toMatch(/used 3 times/)
    expect(testUse(records.slice(0, 1), runs, 'm')).toBeNull()
    expect(testUse(records, runs, 'other')).toBeNull()
  })
  it('need a training run with weights that has ended', () => {
    const run = (id: string, part: Partial<RunSummary>) =>
      ({ id, kind: 'train', status: 'completed', epochs: 3, ...part }) as RunSummary
    const list = [
      run('1', {}),
      run('2', { epochs: 0 }),
      run('3', { status: 'running' }),
      run('4', { kind: 'trial' }),
      run('5', { status: 'stopped' }),
    ]
    expect(evaluable(list).map(({ id }) => id)).toEqual(['1', '5'])
  })
})
