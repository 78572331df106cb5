import { describe, expect, it } from 'vitest'
import type { Table } from '../../../engine/data/dataset.ts'
import { kFold } from '../../../engine/data/folds.ts'
import { codesOf } from '../../../engine/data/table.ts'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { crossValidate, type KFoldRequest } from '../../../engine/evaluation/kfold.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { TrainingControl } from '../../../engine/training/trainer-control.ts'
import { templateProject } from './projects.ts'

const native = loadNative()

function irisRequest(change: Partial<KFoldRequest> = {}): KFoldRequest {
  const project = templateProject('iris')
  return { ...project, plan: { ...project.plan, epochs: 20 }, folds: { k: 5, stratified: true }, ...change }
}

/** The table with one row's first feature far away. */
function withOutlier(table: Table, row: number): Table {
  const columns = table.columns.map((column, index) => {
    if (index !== 0 || column.type !== 'numeric') return column
    const values = column.values.slice()
    values[row] = 1e6
    return { ...column, values }
  })
  return { ...table, columns }
}

describe('cross-validation', () => {
  it('tests every row once and has the same numbers whatever the parallelism', async () => {
    const alone = await crossValidate(native, irisRequest({ parallel: 1 }))
    const together = await crossValidate(native, irisRequest({ parallel: 4 }))
    expect(together.metrics).toEqual(alone.metrics)
    expect(alone.folds.map(({ fold, testRows }) => [fold, testRows])).toEqual([0, 1, 2, 3, 4].map((fold) => [fold, 30]))
    expect(alone.folds.every(({ trainRows }) => trainRows === 120)).toBe(true)
  })

  it('fits preprocessing inside each fold: an outlier in a test fold changes nothing of its training', async () => {
    const request = irisRequest({ parallel: 1 })
    const codes = codesOf(request.table, 'species')
    const [first] = kFold({ k: 5, stratified: true, seed: request.plan.seed }, request.table.rowCount, { codes })
    const losses = async (table: Table) => {
      const seen = new Map<number, number[]>()
      await crossValidate(native, {
        ...request,
        table,
        onEvent: (fold, event) => {
          if (event.type !== 'epochs') return
          const before = seen.get(fold) ?? []
          seen.set(fold, [...before, ...event.records.map(({ metrics }) => metrics.loss as number)])
        },
      })
      return seen
    }
    const clean = await losses(request.table)
    const spoiled = await losses(withOutlier(request.table, first?.test[0] as number))
    expect(spoiled.get(0)).toEqual(clean.get(0))
    expect(spoiled.get(1)).not.toEqual(clean.get(1))
  })

  it('divides only the rows it is given', async () => {
    const rows = Int32Array.from({ length: 90 }, (_, index) => Math.floor((index * 5) / 3))
    const report = await crossValidate(native, irisRequest({ rows }))
    expect(report.folds.reduce((sum, { testRows }) => sum + testRows, 0)).toBe(90)
  })

  it('takes a validation part out of the training rows for early stopping', async () => {
    const earlyStopping = { enabled: true, monitor: 'validation_loss', patience: 3, minDelta: 0, restoreBest: true }
    const request = irisRequest()
    const report = await crossValidate(native, { ...request, plan: { ...request.plan, epochs: 300, earlyStopping } })
    for (const { trainRows, validationRows, testRows, epochs } of report.folds) {
      expect(validationRows).toBe(24)
      expect(trainRows + validationRows + testRows).toBe(150)
      expect(epochs).toBeLessThan(300)
    }
  })

  it('repeats with other shuffles, groups rows, and respects time', async () => {
    const repeated = await crossValidate(native, irisRequest({ folds: { k: 3, repeats: 2, stratified: true } }))
    expect(repeated.metrics.accuracy?.folds).toHaveLength(6)
    expect(repeated.folds.map(({ repeat }) => repeat)).toEqual([0, 0, 0, 1, 1, 1])
    const grouped = await crossValidate(native, irisRequest({ folds: { k: 3, groupColumn: 'species' } }))
    expect(grouped.metrics.accuracy?.mean).toBe(0)
    const timed = await crossValidate(native, irisRequest({ folds: { k: 4, time: true } }))
    expect(timed.folds.map(({ trainRows }) => trainRows)).toEqual([30, 60, 90, 120])
  })

  it('does not stratify a numeric target', async () => {
    const project = templateProject('diabetes')
    const plan = { ...project.plan, epochs: 2 }
    const report = await crossValidate(native, { ...project, plan, folds: { k: 3, stratified: true } })
    expect(report.stratified).toBe(false)
    expect(report.metrics.rmse?.mean).toBeGreaterThan(10)
  })

  it('ends with an error when it is stopped', async () => {
    const control = new TrainingControl()
    const pending = crossValidate(native, irisRequest({ control, parallel: 1, onFold: () => control.stop() }))
    await expect(pending).rejects.toMatchObject({ code: 'evaluation.stopped' })
  })
})

describe('a hold-out', () => {
  it('of no rows is refused', async () => {
    const project = templateProject('xor')
    const { model } = await createTrainer({ native }).train({ ...project, plan: { ...project.plan, epochs: 1 } })
    const failure = evaluateRows(native, model, project.table, project.split.test)
    await expect(failure).rejects.toMatchObject({ code: 'evaluation.no-rows' })
  })

  it('has the loss that training minimises and the scores of its predictions', async () => {
    const project = templateProject('breast-cancer')
    const { model, split } = await createTrainer({ native }).train(project)
    const { loss, samples, metrics, outputs } = await evaluateRows(native, model, project.table, split.test)
    const { rows, outputs: predictions } = await predictTable(native, model, project.description, project.table, {
      rows: split.test,
    })
    const report = outputs[0]?.report
    const prediction = predictions[0]
    if (report?.kind !== 'classification' || prediction?.kind !== 'classes') throw new Error('expected classes')
    const codes = codesOf(project.table, outputs[0]?.target ?? '') as Int32Array
    const hits = [...rows].filter((row, index) => codes[row] === prediction.predicted[index]).length
    expect(samples).toBe(split.test.length)
    expect(metrics.accuracy).toBe(hits / samples)
    expect(report.confusion.counts.flat().reduce((sum, count) => sum + count, 0)).toBe(samples)
    // The loss holds the penalty on the weights besides the cross-entropy.
    expect(loss).toBeGreaterThanOrEqual((metrics.log_loss as number) - 1e-6)
  })
})

describe('predicting new rows', () => {
  it('needs no target and gives classes with probabilities', async () => {
    const project = templateProject('iris')
    const { model } = await createTrainer({ native }).train(project)
    const columns = project.table.columns.filter(({ name }) => name !== 'species')
    const table = { rowCount: project.table.rowCount, columns }
    const { rows, outputs } = await predictTable(native, model, project.description, table)
    const [output] = outputs
    expect(rows).toHaveLength(150)
    if (output?.kind !== 'classes') throw new Error('expected classes')
    const actual = codesOf(project.table, 'species') as Int32Array
    const hits = actual.filter((code, row) => code === output.predicted[row]).length
    expect(hits).toBeGreaterThan(140)
    for (let row = 0; row < 150; row += 1) {
      const sum = output.scores.subarray(row * 3, row * 3 + 3).reduce((total, score) => total + score, 0)
      expect(sum).toBeCloseTo(1, 5)
    }
  })
})
