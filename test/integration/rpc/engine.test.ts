import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LaminaError } from '../../../engine/base/errors.ts'
import type { Json } from '../../../engine/base/json.ts'
import { createEngine, type Engine } from '../../../engine/engine.ts'
import { clientOver, type RpcClient } from '../../../engine/rpc/client.ts'
import type { Job } from '../../../engine/rpc/contract/common.ts'
import { contract } from '../../../engine/rpc/contract/index.ts'
import type { ProjectInfo } from '../../../engine/rpc/contract/projects.ts'
import type { EpochRecord, RunSummary } from '../../../engine/rpc/contract/training.ts'
import { handlers } from '../../../engine/rpc/handlers/index.ts'
import { memoryPair } from '../../../engine/rpc/transports/memory.ts'

let folder: string
let engine: Engine
let client: RpcClient

function connect(to: Engine): RpcClient {
  const [mine, engines] = memoryPair()
  to.connect(engines)
  return clientOver(mine)
}

function start(): Engine {
  return createEngine({ paths: { userData: join(folder, 'user'), resources: 'resources', documents: folder } })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamina-engine-'))
  engine = start()
  client = connect(engine)
})
afterEach(async () => {
  await engine.dispose()
  rmSync(folder, { recursive: true, force: true })
})

const path = (name: string) => join(folder, name)

async function create(template: string | null, name = 'a.lamina'): Promise<ProjectInfo> {
  return client.call.projects.create({ path: path(name), template })
}

/** Resolves with the first job event that `accept` takes. */
function jobEvent(accept: (job: Job) => boolean): Promise<Job> {
  return new Promise((done) => {
    const off = client.on('job.changed', (job) => {
      if (!accept(job)) return
      off()
      done(job)
    })
  })
}

const methods = Object.entries(contract).flatMap(([domain, of]) =>
  Object.keys(of).map((method) => [domain, method] as const),
)

describe('the contract', () => {
  it('has a handler for every method and no other', () => {
    const handled = Object.entries(handlers).flatMap(([domain, of]) => Object.keys(of).map((name) => [domain, name]))
    expect(handled.sort()).toEqual([...methods].map((pair) => [...pair]).sort())
  })

  it.each(methods)('%s.%s refuses arguments of another kind', async (domain, method) => {
    const call = (client.call as unknown as Record<string, Record<string, (params: unknown) => Promise<unknown>>>)[
      domain
    ]![method]!
    await expect(call(7)).rejects.toMatchObject({
      details: {
        code: 'rpc.invalid-params',
        where: `${domain}.${method}`,
        expected: expect.stringMatching(/\S/),
        received: '7',
      },
    })
  })

  it('names the argument that is wrong, however deep', async () => {
    const split = { test: 0.2, validation: 2, stratify: true, shuffle: true, seed: 1 }
    const wrong = client.call.datasets.update({ project: 'prj_0000', dataset: 'dat_0000', split })
    await expect(wrong).rejects.toMatchObject({
      details: { where: 'datasets.update: split.validation', expected: '<=0.9', received: '2' },
    })
    await expect(client.call.projects.info({ project: '../../etc' })).rejects.toMatchObject({
      details: { where: 'projects.info: project', expected: expect.stringContaining('an id such as') },
    })
  })
})

describe('projects', () => {
  it('open once, whoever asks, and are remembered', async () => {
    const info = await create('iris')
    const again = await connect(engine).call.projects.open({ path: join(folder, '.', 'a.lamina') })
    expect(again.id).toBe(info.id)
    expect(await client.call.projects.recent({})).toMatchObject([{ path: path('a.lamina'), name: 'a', exists: true }])
    expect((await client.call.projects.suggestPath({ name: 'a' })).path).toBe(path('a-2.lamina'))
    await client.call.projects.forgetRecent({ path: path('a.lamina') })
    expect(await client.call.projects.recent({})).toEqual([])
  })

  it('are one file after closing, and unknown afterwards', async () => {
    const { id } = await create('iris')
    await client.call.projects.close({ project: id })
    expect(existsSync(path('a.lamina-wal'))).toBe(false)
    await expect(client.call.projects.info({ project: id })).rejects.toMatchObject({
      details: { code: 'projects.not-open' },
    })
  })

  it('begin empty with a model to draw in', async () => {
    const info = await create(null)
    expect(info).toMatchObject({ datasets: [], models: [{ name: 'model-1' }], runCount: 0 })
    const { diagnostics, cost } = await client.call.models.summary({ project: info.id, model: info.models[0]!.id })
    expect(cost).toBeNull()
    expect(diagnostics.map(({ code }) => code)).toContain('models.no-dataset')
  })

  it('keep name and notes', async () => {
    const { id } = await create(null)
    await client.call.projects.update({ project: id, name: 'Churn', notes: 'first try' })
    await client.call.projects.close({ project: id })
    expect(await client.call.projects.open({ path: path('a.lamina') })).toMatchObject({
      name: 'Churn',
      notes: 'first try',
    })
  })
})

describe('models', () => {
  it('refuse a save on an outdated revision and keep both sides', async () => {
    const { id, models } = await create('iris')
    const model = models[0]!.id
    const { document, revision } = await client.call.models.get({ project: id, model })
    const json = document as unknown as Record<string, Json>
    const { revision: next } = await client.call.models.save({ project: id, model, revision, document: json })
    expect(next).toBe(revision + 1)
    await expect(client.call.models.save({ project: id, model, revision, name: 'other' })).rejects.toMatchObject({
      details: { code: 'models.conflict' },
    })
  })

  it('refuse a document that is none', async () => {
    const { id, models } = await create('iris')
    const saved = client.call.models.save({ project: id, model: models[0]!.id, revision: 1, document: { nodes: [] } })
    await expect(saved).rejects.toMatchObject({ details: { code: expect.stringMatching(/^document\./) } })
  })

  it('are copied under a free name and removed', async () => {
    const { id, models } = await create('iris')
    const copy = await client.call.models.create({ project: id, name: 'iris-mlp', copyOf: models[0]!.id })
    expect(copy.name).toBe('iris-mlp 2')
    expect(copy.dataset).not.toBeNull()
    await client.call.models.remove({ project: id, model: copy.id })
    expect((await client.call.projects.info({ project: id })).models).toHaveLength(1)
  })

  it('say what can be swept', async () => {
    const { id, models } = await create('iris')
    const found = await client.call.models.searchable({ project: id, model: models[0]!.id })
    expect(found.find(({ path: at }) => at === 'hidden_1.units')).toMatchObject({ kind: 'integer', current: 16 })
  })
})

describe('data sets', () => {
  it('come from uploaded bytes, are profiled, paged and changed', async () => {
    const { id } = await create(null)
    const rows = Array.from({ length: 40 }, (_, row) => `${row},${row % 3 === 0 ? '' : row * 2},${'ab'[row % 2]}`)
    const bytes = new TextEncoder().encode(`x,z,kind\n${rows.join('\n')}\n`)
    const view = await client.call.datasets.import({ project: id, upload: { name: 'kinds.csv', bytes } })
    const dataset = view.description.id
    expect(view.description).toMatchObject({ name: 'kinds', rowCount: 40 })
    expect(view.signature.targets).toEqual([{ column: 'kind', kind: 'classes', classes: ['a', 'b'] }])
    const { train, validation, test } = view.splitCounts
    expect(train + validation + test).toBe(40)
    const page = await client.call.datasets.rows({ project: id, dataset, from: 38, count: 10 })
    expect(page).toMatchObject({ total: 40, from: 38, columns: ['x', 'z', 'kind'] })
    expect(page.rows).toEqual([
      ['38', '76', 'a'],
      ['39', null, 'b'],
    ])
    expect(page.parts).toHaveLength(2)
    expect((await client.call.datasets.profile({ project: id, dataset }))[1]).toMatchObject({ name: 'z', missing: 14 })
    const columns = view.description.columns.map((column) =>
      column.name === 'z' ? { ...column, missing: 'drop-row' as const } : column,
    )
    const changed = await client.call.datasets.update({ project: id, dataset, name: 'renamed', columns })
    expect(changed.description.name).toBe('renamed')
    expect(Object.values(changed.splitCounts).reduce((a, b) => a + b)).toBe(26)
    expect((await client.call.datasets.rows({ project: id, dataset, from: 0, count: 1 })).parts).toEqual(['dropped'])
  })

  it('take a changed column type with transform and classes that suit it', async () => {
    const { id, datasets } = await create('diabetes')
    const dataset = datasets[0]!.id
    const { description } = await client.call.datasets.get({ project: id, dataset })
    const columns = description.columns.map((column) =>
      column.name === 'sex' ? { ...column, type: 'categorical' as const } : column,
    )
    const changed = await client.call.datasets.update({ project: id, dataset, columns })
    const sex = changed.description.columns.find(({ name }) => name === 'sex')!
    expect(sex).toMatchObject({ type: 'categorical', transform: 'one-hot' })
    expect(sex.categories).toHaveLength(2)
    expect(changed.signature.features.find(({ name }) => name === 'sex')!.width).toBe(2)
  })

  it('refuse columns that are not theirs, and an import from nowhere', async () => {
    const { id, datasets } = await create('iris')
    const columns = [{ name: 'z', type: 'numeric', role: 'feature', transform: 'none', missing: 'mean' }] as const
    const update = client.call.datasets.update({ project: id, dataset: datasets[0]!.id, columns: [...columns] })
    await expect(update).rejects.toMatchObject({ details: { code: 'data.unknown-column' } })
    await expect(client.call.datasets.import({ project: id })).rejects.toMatchObject({
      details: { code: 'data.no-source' },
    })
  })
})

describe('training', () => {
  it('tells job, run, epochs in order and keeps them with the run', async () => {
    const { id, models } = await create('iris')
    const states: string[] = []
    const epochs: EpochRecord[] = []
    client.on('run.changed', ({ run }) => states.push(run.status))
    client.on('run.epoch', (event) => epochs.push(...event.epochs))
    const { job, run } = await client.call.training.start({
      project: id,
      model: models[0]!.id,
      name: 'First',
      set: { 'training.epochs': 12, 'training.threads': 1 },
    })
    expect(await client.call.jobs.wait({ job })).toMatchObject({
      state: 'completed',
      done: 12,
      total: 12,
      subject: run,
    })
    expect(states).toEqual(['queued', 'running', 'completed'])
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
    const detail = await client.call.runs.get({ project: id, run })
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
    const { id, models } = await create('iris')
    const started = client.call.training.start({ project: id, model: models[0]!.id, set: { 'classes.units': 4 } })
    await expect(started).rejects.toMatchObject({ name: 'LaminaError' })
    expect(await client.call.runs.list({ project: id })).toEqual([])
  })

  it('pauses, goes on and stops within a second, and resumes to the bits of an uninterrupted run', async () => {
    const { id, models } = await create('digits')
    const model = models[0]!.id
    const set = { 'training.epochs': 120, 'training.earlyStopping.enabled': false }
    const whole = await client.call.training.start({ project: id, model, set })
    await client.call.jobs.wait({ job: whole.job })
    const { job, run } = await client.call.training.start({ project: id, model, set })
    await jobEvent((event) => event.id === job && event.done > 0)
    expect((await client.call.jobs.pause({ job })).state).toBe('paused')
    expect((await client.call.jobs.resume({ job })).state).toBe('running')
    const asked = performance.now()
    const stopped = await client.call.jobs.stop({ job })
    expect(performance.now() - asked).toBeLessThan(1000)
    expect(stopped.state).toBe('stopped')
    expect(await client.call.runs.get({ project: id, run })).toMatchObject({ status: 'stopped', resumable: true })
    const resumed = await client.call.training.resume({ project: id, run })
    expect((await client.call.jobs.wait({ job: resumed.job })).state).toBe('completed')
    const weights: Buffer[] = []
    for (const each of [whole.run, run]) {
      const out = path(`${each}.safetensors`)
      await client.call.exporting.run({ project: id, run: each, format: 'safetensors', path: out })
      const file = readFileSync(out)
      weights.push(file.subarray(8 + Number(file.readBigUInt64LE(0))))
    }
    expect(weights[1]!.equals(weights[0]!)).toBe(true)
  })

  it('queues behind a run that goes on, and a queued run can be stopped', async () => {
    const { id, models } = await create('digits')
    const model = models[0]!.id
    const first = await client.call.training.start({ project: id, model, set: { 'training.epochs': 100000 } })
    const second = await client.call.training.start({ project: id, model })
    expect((await client.call.runs.get({ project: id, run: second.run })).status).toBe('queued')
    await client.call.jobs.stop({ job: second.job })
    expect((await client.call.runs.get({ project: id, run: second.run })).status).toBe('stopped')
    await expect(client.call.runs.remove({ project: id, run: first.run })).rejects.toMatchObject({
      details: { code: 'runs.active' },
    })
    await client.call.projects.close({ project: id })
    expect(await client.call.jobs.list({})).toMatchObject([{ state: 'stopped' }, { state: 'stopped' }])
    const { id: again } = await client.call.projects.open({ path: path('a.lamina') })
    const runs: RunSummary[] = await client.call.runs.list({ project: again })
    expect(runs.map(({ status, resumable }) => [status, resumable])).toEqual([
      ['stopped', true],
      ['stopped', true],
    ])
    await client.call.runs.remove({ project: again, run: first.run })
    expect(await client.call.runs.list({ project: again })).toHaveLength(1)
  })

  it('is checkpointed when the engine is disposed in the middle', async () => {
    const { id, models } = await create('digits')
    const { job, run } = await client.call.training.start({
      project: id,
      model: models[0]!.id,
      set: { 'training.epochs': 100000, 'training.earlyStopping.enabled': false },
    })
    await jobEvent((event) => event.id === job && event.done > 0)
    await engine.dispose()
    expect(existsSync(path('a.lamina-wal'))).toBe(false)
    engine = start()
    client = connect(engine)
    const project = await client.call.projects.open({ path: path('a.lamina') })
    const found = await client.call.runs.get({ project: project.id, run })
    expect(found).toMatchObject({ status: 'stopped', resumable: true })
    expect(found.epochs).toBeGreaterThan(0)
    expect(found.history).toHaveLength(found.epochs)
  })

  it('lets name, notes and tags of a finished run change', async () => {
    const { id, models } = await create('xor')
    const { job, run } = await client.call.training.start({ project: id, model: models[0]!.id })
    await client.call.jobs.wait({ job })
    const changed = await client.call.runs.annotate({
      project: id,
      run,
      name: 'Best',
      notes: 'n',
      tags: ['a', 'a', ''],
    })
    expect(changed).toMatchObject({ name: 'Best', notes: 'n', tags: ['a'], status: 'completed' })
  })
})

describe('evaluation', () => {
  it('reports every part, and each use of the test rows is on record', async () => {
    const { id, models } = await create('diabetes')
    const { job, run } = await client.call.training.start({ project: id, model: models[0]!.id })
    await client.call.jobs.wait({ job })
    const { report } = await client.call.evaluation.evaluate({ project: id, run })
    if (report.task !== 'regression') throw new Error('expected a regression')
    expect(report.rows).toBe(88)
    expect(report.points).toHaveLength(88)
    const error = report.points.reduce((sum, [actual, predicted]) => sum + (actual - predicted) ** 2, 0) / 88
    expect(error).toBeCloseTo(report.mse, 6)
    await client.call.evaluation.evaluate({ project: id, run, part: 'train' })
    const list = await client.call.evaluation.list({ project: id, run })
    expect(list.map(({ part }) => part)).toEqual(['test', 'train'])
  })

  it('runs k-fold as a job and keeps its result; one that was stopped leaves none', async () => {
    const { id, models } = await create('wine')
    const model = models[0]!.id
    const { job, evaluation } = await client.call.evaluation.kfold({ project: id, model, folds: 4 })
    expect(await client.call.jobs.wait({ job })).toMatchObject({ state: 'completed', done: 4, total: 4 })
    const [result] = await client.call.evaluation.kfoldResults({ project: id })
    expect(result).toMatchObject({ id: evaluation, model, folds: 4 })
    expect(result!.confusion!.flat().reduce((a, b) => a + b)).toBe(178)
    const long = await client.call.evaluation.kfold({ project: id, model, folds: 40, repeats: 50 })
    expect((await client.call.jobs.stop({ job: long.job })).state).toBe('stopped')
    expect(await client.call.evaluation.kfoldResults({ project: id })).toHaveLength(1)
  })

  it('has no weights before the first checkpoint, and says so', async () => {
    const { id, models } = await create('digits')
    const first = await client.call.training.start({
      project: id,
      model: models[0]!.id,
      set: { 'training.epochs': 9999 },
    })
    const queued = await client.call.training.start({ project: id, model: models[0]!.id })
    await expect(client.call.evaluation.evaluate({ project: id, run: queued.run })).rejects.toMatchObject({
      details: { code: 'runs.no-weights' },
    })
    await client.call.jobs.stop({ job: queued.job })
    await client.call.jobs.stop({ job: first.job })
  })
})

describe('sweeps', () => {
  it('are estimated, run, ranked, kept, and the best applied to the model', async () => {
    const { id, models } = await create('iris')
    const model = models[0]!.id
    const request = {
      project: id,
      model,
      space: { 'hidden_1.units': [3, 12], 'training.optimizer.learningRate': { min: 0.0001, max: 0.05, steps: 2 } },
    }
    expect(await client.call.tuning.estimate(request)).toMatchObject({ trials: 4, fits: 4, seconds: null })
    const { job, sweep } = await client.call.tuning.start(request)
    expect((await client.call.jobs.wait({ job })).state).toBe('completed')
    const record = await client.call.tuning.get({ project: id, sweep })
    expect(record).toMatchObject({ state: 'completed', objective: 'accuracy', planned: 4, direction: 'maximize' })
    expect(record.trials.map(({ number }) => number)).toEqual([1, 2, 3, 4])
    const best = record.trials.find(({ number }) => number === record.best)!
    expect(best.metrics.accuracy).toBe(Math.max(...record.trials.map(({ metrics }) => metrics.accuracy!)))
    await client.call.tuning.apply({ project: id, sweep, trial: best.number })
    const { plan } = await client.call.models.get({ project: id, model })
    expect(plan.optimizer.params.learningRate).toBe(best.values['training.optimizer.learningRate'])
    expect(await client.call.tuning.list({ project: id })).toHaveLength(1)
  })

  it('refuse a path that does not exist before anything runs', async () => {
    const { id, models } = await create('iris')
    const request = { project: id, model: models[0]!.id, space: { 'hidden_9.units': [1] } }
    const failed = await client.call.tuning.start(request).catch((error: LaminaError) => error.details)
    expect(failed).toMatchObject({ code: 'override.unknown-path', where: 'hidden_9.units' })
    expect(await client.call.tuning.list({ project: id })).toEqual([])
  })
})

describe('the app', () => {
  it('knows its versions and keeps settings over restarts, broken files included', async () => {
    expect(await client.call.app.info({})).toMatchObject({ version: '0.1.0', nativeError: null, pid: process.pid })
    await client.call.app.updateSettings({ theme: 'dark', view: { panel: 300 } })
    await client.call.app.updateSettings({ view: { other: 1 } })
    await engine.dispose()
    engine = start()
    client = connect(engine)
    expect(await client.call.app.settings({})).toEqual({ theme: 'dark', threads: 0, view: { panel: 300, other: 1 } })
    await engine.dispose()
    writeFileSync(join(folder, 'user', 'settings.json'), '{')
    engine = start()
    client = connect(engine)
    expect(await client.call.app.settings({})).toMatchObject({ theme: 'system' })
  })

  it('exports in the formats it names, and no other', async () => {
    const formats = await client.call.exporting.formats({})
    expect(formats.map(({ id }) => id)).toEqual(['onnx', 'safetensors'])
    const { id, models } = await create('xor')
    const { job, run } = await client.call.training.start({ project: id, model: models[0]!.id })
    await client.call.jobs.wait({ job })
    const unknown = client.call.exporting.run({ project: id, run, format: 'exe', path: path('x') })
    await expect(unknown).rejects.toMatchObject({ details: { code: 'export.unknown-format' } })
    const nowhere = client.call.exporting.run({ project: id, run, format: 'onnx', path: path('a.lamina/x.onnx') })
    await expect(nowhere).rejects.toMatchObject({ details: { code: 'files.cannot-write' } })
  })
})
