import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { EpochRecord, RunSummary } from '../../../engine/rpc/contract/training.ts'
import { useEngine } from './fixture.ts'

const fixture = useEngine()

describe('training', () => {
  it('tells job, run, epochs in order and keeps them with the run', async () => {
    const { id, models } = await fixture.create('iris')
    const states: string[] = []
    const epochs: EpochRecord[] = []
    fixture.client.on('run.changed', ({ run }) => states.push(run.status))
    fixture.client.on('run.epoch', (event) => epochs.push(...event.epochs))
    const { job, run } = await fixture.client.call.training.start({
      project: id,
      model: models[0]!.id,
      name: 'First',
      set: { 'training.epochs': 12, 'training.threads': 1 },
    })
    expect(await fixture.client.call.jobs.wait({ job })).toMatchObject({
      state: 'completed',
      done: 12,
      total: 12,
      subject: run,
    })
    expect(states).toEqual(['queued', 'running', 'completed'])
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
    const detail = await fixture.client.call.runs.get({ project: id, run })
    expect(detail).toMatchObject({ name: 'First', status: 'completed', epochs: 12, parameters: 403, resumable: false })
    expect(detail.history).toEqual(epochs)
    expect(detail.snapshot).toMatchObject({
      threads: 1,
      overrides: { 'training.epochs': 12 },
      split: { train: 90, validation: 30, test: 30 },
    })
    expect(detail.snapshot.versions).toHaveProperty('lamina')
  })

  it('refuses a broken model at once and leaves no run behind', async () => {
    const { id, models } = await fixture.create('iris')
    const started = fixture.client.call.training.start({
      project: id,
      model: models[0]!.id,
      set: { 'classes.units': 4 },
    })
    await expect(started).rejects.toMatchObject({ name: 'LaminaError' })
    expect(await fixture.client.call.runs.list({ project: id })).toEqual([])
  })

  it('pauses, goes on and stops within a second, and resumes to the bits of an uninterrupted run', {
    retry: 2,
  }, async () => {
    const { id, models } = await fixture.create('digits')
    const model = models[0]!.id
    const set = { 'training.epochs': 120, 'training.earlyStopping.enabled': false }
    const whole = await fixture.client.call.training.start({ project: id, model, set })
    await fixture.client.call.jobs.wait({ job: whole.job })
    const { job, run } = await fixture.client.call.training.start({ project: id, model, set })
    await fixture.progressOf(job)
    expect((await fixture.client.call.jobs.pause({ job })).state).toBe('paused')
    expect((await fixture.client.call.jobs.resume({ job })).state).toBe('running')
    const asked = performance.now()
    const stopped = await fixture.client.call.jobs.stop({ job })
    expect(performance.now() - asked).toBeLessThan(1000)
    expect(stopped.state).toBe('stopped')
    expect(await fixture.client.call.runs.get({ project: id, run })).toMatchObject({
      status: 'stopped',
      resumable: true,
    })
    const resumed = await fixture.client.call.training.resume({ project: id, run })
    expect((await fixture.client.call.jobs.wait({ job: resumed.job })).state).toBe('completed')
    const weights: Buffer[] = []
    for (const each of [whole.run, run]) {
      const out = fixture.path(`${each}.safetensors`)
      await fixture.client.call.exporting.run({ project: id, run: each, format: 'safetensors', path: out })
      const file = readFileSync(out)
      weights.push(file.subarray(8 + Number(file.readBigUInt64LE(0))))
    }
    expect(weights[1]!.equals(weights[0]!)).toBe(true)
  })

  it('queues behind a run that goes on, and a queued run can be stopped', async () => {
    const { id, models } = await fixture.create('digits')
    const model = models[0]!.id
    const first = await fixture.client.call.training.start({ project: id, model, set: { 'training.epochs': 100000 } })
    const second = await fixture.client.call.training.start({ project: id, model })
    expect((await fixture.client.call.runs.get({ project: id, run: second.run })).status).toBe('queued')
    await fixture.client.call.jobs.stop({ job: second.job })
    expect((await fixture.client.call.runs.get({ project: id, run: second.run })).status).toBe('stopped')
    await expect(fixture.client.call.runs.remove({ project: id, run: first.run })).rejects.toMatchObject({
      details: { code: 'runs.active' },
    })
    await fixture.client.call.projects.close({ project: id })
    expect(await fixture.client.call.jobs.list({})).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }])
    const { id: again } = await fixture.client.call.projects.open({ path: fixture.path('a.lamina') })
    const runs: RunSummary[] = await fixture.client.call.runs.list({ project: again })
    expect(runs.map(({ status, resumable }) => [status, resumable])).toEqual([
      ['stopped', true],
      ['stopped', true],
    ])
    await fixture.client.call.runs.remove({ project: again, run: first.run })
    expect(await fixture.client.call.runs.list({ project: again })).toHaveLength(1)
  })

  it('that failed before its first epoch is not offered to be resumed', async () => {
    const { id, models } = await fixture.create('diabetes')
    const set = { 'training.optimizer': 'sgd', 'training.optimizer.learningRate': 1000 }
    const { job, run } = await fixture.client.call.training.start({ project: id, model: models[0]!.id, set })
    await fixture.client.call.jobs.wait({ job })
    const failed = await fixture.client.call.runs.get({ project: id, run })
    expect(failed).toMatchObject({ status: 'failed', epochs: 0, resumable: false })
    await expect(fixture.client.call.training.resume({ project: id, run })).rejects.toMatchObject({
      details: { code: 'runs.not-resumable', fix: expect.stringContaining('new run') },
    })
  })

  it('is checkpointed when the engine is disposed in the middle', async () => {
    const { id, models } = await fixture.create('digits')
    const { job, run } = await fixture.client.call.training.start({
      project: id,
      model: models[0]!.id,
      set: { 'training.epochs': 100000, 'training.earlyStopping.enabled': false },
    })
    await fixture.progressOf(job)
    await fixture.engine.dispose()
    expect(existsSync(fixture.path('a.lamina-wal'))).toBe(false)
    fixture.start()
    const project = await fixture.client.call.projects.open({ path: fixture.path('a.lamina') })
    const found = await fixture.client.call.runs.get({ project: project.id, run })
    expect(found).toMatchObject({ status: 'stopped', resumable: true })
    expect(found.epochs).toBeGreaterThan(0)
    expect(found.history).toHaveLength(found.epochs)
  })

  it('lets name, notes and tags of a finished run change', async () => {
    const { id, models } = await fixture.create('xor')
    const { job, run } = await fixture.client.call.training.start({ project: id, model: models[0]!.id })
    await fixture.client.call.jobs.wait({ job })
    const changed = await fixture.client.call.runs.annotate({
      project: id,
      run,
      name: 'Best',
      notes: 'n',
      tags: ['a', 'a', ''],
    })
    expect(changed).toMatchObject({ name: 'Best', notes: 'n', tags: ['a'], status: 'completed' })
  })
})
