import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ProjectStore } from '../../../engine/store/projects.ts'
import { codeOf, temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder()

function project(name: string) {
  const store = ProjectStore.create(join(folder, `${name}.lamina`))
  const model = store.models.create({ name: 'mlp', dataset: null, document: {}, plan: {} })
  const run = store.runs.create({ kind: 'train', model: model.id, modelName: 'mlp', snapshot: { seed: 1 } })
  return { store, model, run }
}

describe('models', () => {
  it('refuse a save that was made on an older revision', () => {
    const { store, model } = project('conflict')
    expect(store.models.save(model.id, 1, { name: 'a' })).toBe(2)
    expect(codeOf(() => store.models.save(model.id, 1, { name: 'b' }))).toBe('models.conflict')
    expect(store.models.get(model.id)).toMatchObject({ name: 'a', revision: 2 })
    store.dispose()
  })
})

describe('runs', () => {
  it('are numbered and found by number or id', () => {
    const { store, model, run } = project('numbers')
    const second = store.runs.create({ kind: 'train', model: model.id, modelName: 'mlp', snapshot: {} })
    expect([run.number, second.number]).toEqual([1, 2])
    expect(store.runs.get('2').id).toBe(second.id)
    expect(codeOf(() => store.runs.get('3'))).toBe('store.no-such-run')
    store.dispose()
  })

  it('cannot be changed once completed, but for name, notes and tags', () => {
    const { store, run } = project('immutable')
    store.runs.update(run.id, { status: 'completed', summary: { accuracy: 0.9 } })
    expect(codeOf(() => store.runs.update(run.id, { summary: { accuracy: 1 } }))).toBe('store.immutable')
    expect(store.runs.annotate(run.id, { notes: 'good', tags: ['best'] })).toMatchObject({
      notes: 'good',
      tags: ['best'],
    })
    expect(store.runs.get(run.id).summary).toEqual({ accuracy: 0.9 })
    store.dispose()
  })

  it('give back the bits of a checkpoint and keep one of each kind', () => {
    const { store, run } = project('checkpoint')
    const persistent = Float32Array.from([1.5, -0, Number.MIN_VALUE, 3e38, Number.NaN])
    store.runs.saveCheckpoints(run.id, [
      { kind: 'last', epoch: 1, iteration: 5, state: {}, persistent: new Float32Array(2) },
    ])
    store.runs.saveCheckpoints(
      run.id,
      [{ kind: 'last', epoch: 2, iteration: 10, state: { wait: 3 }, persistent }],
      [{ epoch: 2, metrics: { loss: 1 }, learningRate: 0.1, seconds: 1 }],
    )
    const read = store.runs.checkpoint(run.id, 'last')!
    expect(new Uint8Array(read.persistent.buffer)).toEqual(new Uint8Array(persistent.buffer))
    expect(read).toMatchObject({ epoch: 2, iteration: 10, state: { wait: 3 } })
    expect(store.runs.checkpoint(run.id, 'best')).toBeNull()
    expect(store.runs.epochs(run.id)).toHaveLength(1)
    store.dispose()
  })

  it('of this process stay running when the project is opened a second time', () => {
    const { store, run } = project('owner')
    const second = ProjectStore.open(store.path)
    expect(second.runs.get(run.id).status).toBe('running')
    second.dispose()
    store.dispose()
  })

  it('survive a killed writer: the file opens, epochs and checkpoint agree, the run is interrupted', async () => {
    const path = join(folder, 'killed.lamina')
    const child = spawn(process.execPath, [join(import.meta.dirname, 'endless-writer.ts'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    for await (const chunk of child.stdout) {
      text += String(chunk)
      if (text.split('\n').length > 30) break
    }
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const store = ProjectStore.open(path)
    const run = store.runs.list()[0]!
    expect(run.status).toBe('interrupted')
    const checkpoint = store.runs.checkpoint(run.id, 'last')!
    expect(checkpoint.epoch).toBeGreaterThanOrEqual(29)
    expect(store.runs.epochs(run.id)).toHaveLength(checkpoint.epoch)
    expect(checkpoint.persistent.every((value) => value === checkpoint.epoch)).toBe(true)
    store.dispose()
  })
})
