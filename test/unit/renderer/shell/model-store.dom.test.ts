import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LaminaError } from '../../../../engine/base/errors.ts'
import { emptyDocument } from '../../../../engine/graph/document.ts'
import { addNode } from '../../../../engine/graph/edit.ts'
import type { ModelRecord } from '../../../../engine/rpc/contract/models.ts'
import type { ProjectInfo } from '../../../../engine/rpc/contract/projects.ts'
import { defaultPlan } from '../../../../engine/training/plan.ts'
import { setEngine } from '../../../../renderer/services/engine.ts'
import { useModelStore } from '../../../../renderer/services/model.store.ts'
import { useProjectStore } from '../../../../renderer/services/project.store.ts'
import { FakeEngine } from '../../../support/fake-engine.ts'

const model: ModelRecord = {
  id: 'mdl_1',
  name: 'mlp',
  dataset: null,
  document: emptyDocument,
  plan: defaultPlan,
  revision: 1,
  updatedAt: '2026-01-01T00:00:00Z',
}
const project: ProjectInfo = {
  id: 'prj_1',
  path: '/tmp/a.lamina',
  name: 'a',
  notes: '',
  sizeBytes: 0,
  models: [{ id: 'mdl_1', name: 'mlp' }],
  datasets: [],
  runCount: 0,
}

describe('the model store', () => {
  let engine: FakeEngine
  let revision: number

  beforeEach(async () => {
    vi.useFakeTimers()
    setActivePinia(createPinia())
    revision = 1
    engine = new FakeEngine({
      'models.get': () => ({ ...model, revision }),
      'models.save': () => ({ revision: ++revision }),
    })
    setEngine(engine)
    useProjectStore().project = project
    await useModelStore().load('mdl_1')
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  function draw(type = 'dense') {
    const store = useModelStore()
    const added = addNode(store.document, type, { x: 0, y: 0 })
    if (!added.ok) throw new Error(added.problem.message)
    store.apply(added.patch)
    return added.node
  }

  it('saves once after a burst of changes, with the revision it knows', async () => {
    const store = useModelStore()
    draw()
    draw()
    expect(store.saveState).toBe('unsaved')
    expect(engine.callsOf('models.save')).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(500)
    const [saved] = engine.callsOf('models.save') as { revision: number; document: typeof emptyDocument }[]
    expect(engine.callsOf('models.save')).toHaveLength(1)
    expect(saved?.revision).toBe(1)
    expect(Object.keys(saved?.document.nodes ?? {})).toHaveLength(2)
    expect(store.saveState).toBe('saved')
    expect(store.record?.revision).toBe(2)
  })

  it('saves again what changed while a save was under way', async () => {
    const store = useModelStore()
    const answers: (() => void)[] = []
    engine.answer({
      'models.save': () => new Promise((resolve) => answers.push(() => resolve({ revision: ++revision }))),
    })
    draw()
    const flushed = store.flush()
    await vi.advanceTimersByTimeAsync(0)
    draw()
    answers[0]?.()
    await vi.advanceTimersByTimeAsync(0)
    answers[1]?.()
    await flushed
    const saves = engine.callsOf('models.save') as { revision: number; document: typeof emptyDocument }[]
    expect(saves.map((save) => [save.revision, Object.keys(save.document.nodes).length])).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(store.saveState).toBe('saved')
  })

  it('undoes and redoes, and saves either', async () => {
    const store = useModelStore()
    const node = draw()
    expect(store.undoLabel).toBe('Add dense_1')
    store.undo()
    expect(store.document.nodes[node.id]).toBeUndefined()
    expect(store.redoLabel).toBe('Add dense_1')
    store.redo()
    expect(store.document.nodes[node.id]?.name).toBe('dense_1')
    await store.flush()
    expect(store.saveState).toBe('saved')
  })

  it('keeps changes and says so when saving fails, and saves with the next change', async () => {
    const store = useModelStore()
    engine.answer({
      'models.save': () => {
        throw new LaminaError({ code: 'store.disk-full', message: 'The disk is full.' })
      },
    })
    draw()
    await store.flush()
    expect(store.saveState).toBe('failed')
    expect(store.saveError?.code).toBe('store.disk-full')
    engine.answer({ 'models.save': () => ({ revision: ++revision }) })
    draw()
    await vi.advanceTimersByTimeAsync(500)
    expect(store.saveState).toBe('saved')
    expect(store.saveError).toBeNull()
  })

  describe('when another client saved meanwhile', () => {
    beforeEach(async () => {
      engine.answer({
        'models.save': ({ revision: base }: { revision: number }) => {
          if (base !== revision) throw new LaminaError({ code: 'models.conflict', message: 'The model was changed.' })
          revision += 1
          return { revision }
        },
      })
      draw()
      revision = 7
      await useModelStore().flush()
    })

    it('does not overwrite, and stops saving until the user decides', async () => {
      const store = useModelStore()
      expect(store.saveState).toBe('conflict')
      draw()
      await vi.advanceTimersByTimeAsync(1000)
      expect(store.saveState).toBe('conflict')
      expect(engine.callsOf('models.save')).toHaveLength(1)
    })

    it('saves ours on top when ours is kept', async () => {
      const store = useModelStore()
      await store.resolveConflict('mine')
      expect(store.saveState).toBe('saved')
      expect(Object.keys(store.document.nodes)).toHaveLength(1)
      expect(store.record?.revision).toBe(8)
    })

    it('takes the other version when that is kept', async () => {
      const store = useModelStore()
      await store.resolveConflict('theirs')
      expect(store.saveState).toBe('saved')
      expect(Object.keys(store.document.nodes)).toHaveLength(0)
    })
  })

  it('takes over a change of the engine only while it has none of its own', async () => {
    const store = useModelStore()
    revision = 3
    await store.refresh()
    expect(store.record?.revision).toBe(3)
    draw()
    revision = 4
    await store.refresh()
    expect(store.record?.revision).toBe(3)
  })

  it('counts the errors that stand in the way of training', () => {
    const store = useModelStore()
    draw('dense')
    expect(store.diagnostics.map((item) => item.code)).toContain('graph.no-input')
    expect(store.errorCount).toBeGreaterThan(0)
  })
})
