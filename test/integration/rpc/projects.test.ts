import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../engine/base/json.ts'
import { useEngine } from './fixture.ts'

const fixture = useEngine()

describe('projects', () => {
  it('open once, whoever asks, and are remembered', async () => {
    const info = await fixture.create('iris')
    const again = await fixture.connect().call.projects.open({ path: join(fixture.folder, '.', 'a.lamina') })
    expect(again.id).toBe(info.id)
    expect(await fixture.client.call.projects.recent({})).toMatchObject([
      { path: fixture.path('a.lamina'), name: 'a', exists: true },
    ])
    expect((await fixture.client.call.projects.suggestPath({ name: 'a' })).path).toBe(fixture.path('a-2.lamina'))
    await fixture.client.call.projects.forgetRecent({ path: fixture.path('a.lamina') })
    expect(await fixture.client.call.projects.recent({})).toEqual([])
  })

  it('are one file after closing, and unknown afterwards', async () => {
    const { id } = await fixture.create('iris')
    await fixture.client.call.projects.close({ project: id })
    expect(existsSync(fixture.path('a.lamina-wal'))).toBe(false)
    await expect(fixture.client.call.projects.info({ project: id })).rejects.toMatchObject({
      details: { code: 'projects.not-open' },
    })
  })

  it('begin empty with a model to draw in', async () => {
    const info = await fixture.create(null)
    expect(info).toMatchObject({ datasets: [], models: [{ name: 'model-1' }], runCount: 0 })
    const { diagnostics, cost } = await fixture.client.call.models.summary({
      project: info.id,
      model: info.models[0]!.id,
    })
    expect(cost).toBeNull()
    expect(diagnostics.map(({ code }) => code)).toContain('models.no-dataset')
  })

  it('keep name and notes', async () => {
    const { id } = await fixture.create(null)
    await fixture.client.call.projects.update({ project: id, name: 'Churn', notes: 'first try' })
    await fixture.client.call.projects.close({ project: id })
    expect(await fixture.client.call.projects.open({ path: fixture.path('a.lamina') })).toMatchObject({
      name: 'Churn',
      notes: 'first try',
    })
  })
})

describe('models', () => {
  it('refuse a save on an outdated revision and keep both sides', async () => {
    const { id, models } = await fixture.create('iris')
    const model = models[0]!.id
    const { document, revision } = await fixture.client.call.models.get({ project: id, model })
    const json = document as unknown as Record<string, Json>
    const { revision: next } = await fixture.client.call.models.save({ project: id, model, revision, document: json })
    expect(next).toBe(revision + 1)
    await expect(
      fixture.client.call.models.save({ project: id, model, revision, name: 'other' }),
    ).rejects.toMatchObject({
      details: { code: 'models.conflict' },
    })
  })

  it('refuse a document that is none', async () => {
    const { id, models } = await fixture.create('iris')
    const saved = fixture.client.call.models.save({
      project: id,
      model: models[0]!.id,
      revision: 1,
      document: { nodes: [] },
    })
    await expect(saved).rejects.toMatchObject({ details: { code: expect.stringMatching(/^document\./) } })
  })

  it('are copied under a free name and removed', async () => {
    const { id, models } = await fixture.create('iris')
    const copy = await fixture.client.call.models.create({ project: id, name: 'iris-mlp', copyOf: models[0]!.id })
    expect(copy.name).toBe('iris-mlp 2')
    expect(copy.dataset).not.toBeNull()
    await fixture.client.call.models.remove({ project: id, model: copy.id })
    expect((await fixture.client.call.projects.info({ project: id })).models).toHaveLength(1)
  })

  it('say what can be swept', async () => {
    const { id, models } = await fixture.create('iris')
    const found = await fixture.client.call.models.searchable({ project: id, model: models[0]!.id })
    expect(found.find(({ path: at }) => at === 'hidden_1.units')).toMatchObject({ kind: 'integer', current: 16 })
  })
})

describe('data sets', () => {
  it('come from uploaded bytes, are profiled, paged and changed', async () => {
    const { id } = await fixture.create(null)
    const rows = Array.from({ length: 40 }, (_, row) => `${row},${row % 3 === 0 ? '' : row * 2},${'ab'[row % 2]}`)
    const bytes = new TextEncoder().encode(`x,z,kind\n${rows.join('\n')}\n`)
    const view = await fixture.client.call.datasets.import({ project: id, upload: { name: 'kinds.csv', bytes } })
    const dataset = view.description.id
    expect(view.description).toMatchObject({ name: 'kinds', rowCount: 40 })
    expect(view.signature.targets).toEqual([{ column: 'kind', kind: 'classes', classes: ['a', 'b'] }])
    const { train, validation, test } = view.splitCounts
    expect(train + validation + test).toBe(40)
    const page = await fixture.client.call.datasets.rows({ project: id, dataset, from: 38, count: 10 })
    expect(page).toMatchObject({ total: 40, from: 38, columns: ['x', 'z', 'kind'] })
    expect(page.rows).toEqual([
      ['38', '76', 'a'],
      ['39', null, 'b'],
    ])
    expect(page.parts).toHaveLength(2)
    expect((await fixture.client.call.datasets.profile({ project: id, dataset }))[1]).toMatchObject({
      name: 'z',
      missing: 14,
    })
    const columns = view.description.columns.map((column) =>
      column.name === 'z' ? { ...column, missing: 'drop-row' as const } : column,
    )
    const changed = await fixture.client.call.datasets.update({ project: id, dataset, name: 'renamed', columns })
    expect(changed.description.name).toBe('renamed')
    expect(Object.values(changed.splitCounts).reduce((a, b) => a + b)).toBe(26)
    expect((await fixture.client.call.datasets.rows({ project: id, dataset, from: 0, count: 1 })).parts).toEqual([
      'dropped',
    ])
  })

  it('say which training rows have no target, and a model whether it could label them', async () => {
    const { id, datasets, models } = await fixture.create('semi-supervised-digits')
    const dataset = datasets[0]!.id
    const { call } = fixture.client
    const view = await call.datasets.get({ project: id, dataset })
    expect(view.splitCounts).toEqual({ train: 100, validation: 180, test: 359, unlabelled: 1158 })
    const { parts, rows } = await call.datasets.rows({ project: id, dataset, from: 0, count: 200 })
    const target = view.description.columns.findIndex(({ role }) => role === 'target')
    for (const [row, part] of parts.entries()) expect(rows[row]?.[target] === null).toBe(part === 'unlabelled')
    expect(parts).toContain('unlabelled')

    const problems = async (project: string, model: string, set: Record<string, Json>) => {
      const { diagnostics } = await call.models.summary({ project, model, set })
      return diagnostics.map(({ code, where, received }) => [code, where, received])
    }
    const few = models[0]!.id
    expect(await problems(id, few, {})).toEqual([])
    const where = 'training.pseudoLabels.enabled'
    expect(await problems(id, few, { 'classes.activation': 'relu' })).toContainEqual([
      'training.pseudo-labels',
      where,
      'relu, N x 10',
    ])
    const iris = await fixture.create('iris', 'b')
    expect(await problems(iris.id, iris.models[0]!.id, { [where]: true })).toEqual([
      ['training.pseudo-labels', where, '90 training rows, all with a label'],
    ])
  })

  it('take a changed column type with transform and classes that suit it', async () => {
    const { id, datasets } = await fixture.create('diabetes')
    const dataset = datasets[0]!.id
    const { description } = await fixture.client.call.datasets.get({ project: id, dataset })
    const columns = description.columns.map((column) =>
      column.name === 'sex' ? { ...column, type: 'categorical' as const } : column,
    )
    const changed = await fixture.client.call.datasets.update({ project: id, dataset, columns })
    const sex = changed.description.columns.find(({ name }) => name === 'sex')!
    expect(sex).toMatchObject({ type: 'categorical', transform: 'one-hot' })
    expect(sex.categories).toHaveLength(2)
    expect(changed.signature.features.find(({ name }) => name === 'sex')!.width).toBe(2)
  })

  it('refuse columns that are not theirs, and an import from nowhere', async () => {
    const { id, datasets } = await fixture.create('iris')
    const columns = [{ name: 'z', type: 'numeric', role: 'feature', transform: 'none', missing: 'mean' }] as const
    const update = fixture.client.call.datasets.update({ project: id, dataset: datasets[0]!.id, columns: [...columns] })
    await expect(update).rejects.toMatchObject({ details: { code: 'data.unknown-column' } })
    await expect(fixture.client.call.datasets.import({ project: id })).rejects.toMatchObject({
      details: { code: 'data.no-source' },
    })
  })
})
