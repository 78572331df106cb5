import { describe, expect, it } from 'vitest'
import type { LaminaError } from '../../../engine/base/errors.ts'
import { useEngine } from './fixture.ts'

const fixture = useEngine()

describe('evaluation', () => {
  it('reports every part, and each use of the test rows is on record', async () => {
    const { id, models } = await fixture.create('diabetes')
    const { job, run } = await fixture.client.call.training.start({ project: id, model: models[0]!.id })
    await fixture.client.call.jobs.wait({ job })
    const { report } = await fixture.client.call.evaluation.evaluate({ project: id, run })
    if (report.task !== 'regression') throw new Error('expected a regression')
    expect(report.rows).toBe(88)
    expect(report.points).toHaveLength(88)
    const error = report.points.reduce((sum, [actual, predicted]) => sum + (actual - predicted) ** 2, 0) / 88
    expect(error).toBeCloseTo(report.mse, 6)
    await fixture.client.call.evaluation.evaluate({ project: id, run, part: 'train' })
    const list = await fixture.client.call.evaluation.list({ project: id, run })
    expect(list.map(({ part }) => part)).toEqual(['test', 'train'])
  })

  it('runs k-fold as a job and keeps its result; one that was stopped leaves none', async () => {
    const { id, models } = await fixture.create('wine')
    const model = models[0]!.id
    const { job, evaluation } = await fixture.client.call.evaluation.kfold({ project: id, model, folds: 4 })
    expect(await fixture.client.call.jobs.wait({ job })).toMatchObject({ state: 'completed', done: 4, total: 4 })
    const [result] = await fixture.client.call.evaluation.kfoldResults({ project: id })
    expect(result).toMatchObject({ id: evaluation, model, folds: 4 })
    expect(result!.confusion!.flat().reduce((a, b) => a + b)).toBe(178)
    for (const [index, { name, recall, support }] of result!.perClass!.entries()) {
      const row = result!.confusion![index]!
      expect(name).toBe(result!.classes![index])
      expect(support).toBe(row.reduce((a, b) => a + b))
      expect(recall).toBeCloseTo(row[index]! / support, 12)
    }
    const long = await fixture.client.call.evaluation.kfold({ project: id, model, folds: 40, repeats: 50 })
    expect((await fixture.client.call.jobs.stop({ job: long.job })).state).toBe('stopped')
    expect(await fixture.client.call.evaluation.kfoldResults({ project: id })).toHaveLength(1)
  })

  it('has no weights before the first checkpoint, and says so', async () => {
    const { id, models } = await fixture.create('digits')
    const first = await fixture.client.call.training.start({
      project: id,
      model: models[0]!.id,
      set: { 'training.epochs': 9999 },
    })
    const queued = await fixture.client.call.training.start({ project: id, model: models[0]!.id })
    await expect(fixture.client.call.evaluation.evaluate({ project: id, run: queued.run })).rejects.toMatchObject({
      details: { code: 'runs.no-weights' },
    })
    await fixture.client.call.jobs.stop({ job: queued.job })
    await fixture.client.call.jobs.stop({ job: first.job })
  })
})

describe('sweeps', () => {
  it('are estimated, run, ranked, kept, and the best applied to the model', async () => {
    const { id, models } = await fixture.create('iris')
    const model = models[0]!.id
    const request = {
      project: id,
      model,
      space: { 'hidden_1.units': [3, 12], 'training.optimizer.learningRate': { min: 0.0001, max: 0.05, steps: 2 } },
    }
    expect(await fixture.client.call.tuning.estimate(request)).toMatchObject({ trials: 4, fits: 4, seconds: null })
    const { job, sweep } = await fixture.client.call.tuning.start(request)
    expect((await fixture.client.call.jobs.wait({ job })).state).toBe('completed')
    const record = await fixture.client.call.tuning.get({ project: id, sweep })
    expect(record).toMatchObject({ state: 'completed', objective: 'accuracy', planned: 4, direction: 'maximize' })
    expect(record.trials.map(({ number }) => number)).toEqual([1, 2, 3, 4])
    const best = record.trials.find(({ number }) => number === record.best)!
    expect(best.metrics.accuracy).toBe(Math.max(...record.trials.map(({ metrics }) => metrics.accuracy!)))
    await fixture.client.call.tuning.apply({ project: id, sweep, trial: best.number })
    const { plan } = await fixture.client.call.models.get({ project: id, model })
    expect(plan.optimizer.params.learningRate).toBe(best.values['training.optimizer.learningRate'])
    expect(await fixture.client.call.tuning.list({ project: id })).toHaveLength(1)
  })

  it('refuse a path that does not exist before anything runs', async () => {
    const { id, models } = await fixture.create('iris')
    const request = { project: id, model: models[0]!.id, space: { 'hidden_9.units': [1] } }
    const failed = await fixture.client.call.tuning.start(request).catch((error: LaminaError) => error.details)
    expect(failed).toMatchObject({ code: 'override.unknown-path', where: 'hidden_9.units' })
    expect(await fixture.client.call.tuning.list({ project: id })).toEqual([])
  })
})
