import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { LaminaError } from '../../../../engine/base/errors.ts'
import { emptyDocument } from '../../../../engine/graph/document.ts'
import { addNode } from '../../../../engine/graph/edit.ts'
import type { Job } from '../../../../engine/rpc/contract/common.ts'
import type { ProjectInfo } from '../../../../engine/rpc/contract/projects.ts'
import { defaultPlan } from '../../../../engine/training/plan.ts'
import { setEngine } from '../../../../renderer/services/engine.ts'
import { useJobsStore } from '../../../../renderer/services/jobs.store.ts'
import { useModelStore } from '../../../../renderer/services/model.store.ts'
import { useProjectStore } from '../../../../renderer/services/project.store.ts'
import { useRunsStore } from '../../../../renderer/services/runs.store.ts'
import { FakeEngine } from '../../../support/fake-engine.ts'

const path = '/home/me/iris.lamina'
const info = (id: string): ProjectInfo => ({
  id,
  path,
  name: 'iris',
  notes: '',
  sizeBytes: 1,
  models: [{ id: 'mdl_1', name: 'mlp' }],
  datasets: [{ id: 'dst_1', name: 'iris', rowCount: 150 }],
  runCount: 0,
})
const job: Job = {
  id: 'job_1',
  project: 'prj_1',
  kind: 'training',
  title: 'Run 1',
  state: 'running',
  done: 3,
  total: 10,
  unit: 'epochs',
  etaSeconds: 7,
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
  subject: 'run_1',
  error: null,
}

describe('the project store', () => {
  let engine: FakeEngine
  let session = 0

  beforeEach(() => {
    sessionStorage.clear()
    setActivePinia(createPinia())
    session = 0
    engine = new FakeEngine({
      'projects.templates': () => [],
      'projects.recent': () => [],
      'projects.open': () => info(`prj_${++session}`),
      'projects.info': () => info(`prj_${session}`),
      'projects.close': () => null,
      'jobs.list': () => [],
      'runs.list': () => [{ id: 'run_1', number: 1 }],
      'datasets.get': ({ dataset }: { dataset: string }) => ({
        description: { id: dataset },
        splitCounts: { train: 90 },
      }),
      'models.get': () => ({
        id: 'mdl_1',
        name: 'mlp',
        dataset: 'dst_1',
        document: emptyDocument,
        plan: defaultPlan,
        revision: 1,
      }),
      'models.save': () => ({ revision: 2 }),
    })
    setEngine(engine)
    useProjectStore().listen()
    useJobsStore().listen()
  })

  it('opens a project with its data, runs and first model', async () => {
    expect(await useProjectStore().open(path)).toBe(true)
    expect(Object.keys(useProjectStore().datasets)).toEqual(['dst_1'])
    expect(useRunsStore().list.map((run) => run.id)).toEqual(['run_1'])
    expect(useModelStore().record?.name).toBe('mlp')
  })

  it('keeps the error of a project that cannot be opened', async () => {
    engine.answer({
      'projects.open': () => {
        throw new LaminaError({ code: 'store.not-a-project', message: 'This is no project.' })
      },
    })
    expect(await useProjectStore().open('/etc/passwd')).toBe(false)
    expect(useProjectStore().error?.code).toBe('store.not-a-project')
    expect(useProjectStore().project).toBeNull()
    expect(useProjectStore().busy).toBe(false)
  })

  it('opens the project of this tab again after a reload', async () => {
    await useProjectStore().open(path)
    setActivePinia(createPinia())
    useProjectStore().listen()
    engine.connection('connected')
    await vi.waitFor(() => expect(useModelStore().id).toBe('mdl_1'))
    expect(useProjectStore().project?.path).toBe(path)
  })

  it('forgets the project of this tab once it is closed', async () => {
    await useProjectStore().open(path)
    await useProjectStore().close()
    expect(useProjectStore().project).toBeNull()
    expect(useModelStore().record).toBeNull()
    expect(sessionStorage.length).toBe(0)
  })

  describe('when the engine is lost and comes back', () => {
    beforeEach(async () => {
      await useProjectStore().open(path)
      engine.tell('job.changed', job)
    })

    it('shows no job of the engine that is gone', () => {
      expect(useJobsStore().training?.id).toBe('job_1')
      engine.connection('lost')
      expect(useProjectStore().connection).toBe('lost')
      expect(useJobsStore().active).toEqual([])
    })

    it('opens the project anew and saves what was drawn meanwhile', async () => {
      engine.connection('lost')
      const model = useModelStore()
      const added = addNode(model.document, 'dense', { x: 0, y: 0 })
      if (added.ok) model.apply(added.patch)
      engine.connection('connected')
      await vi.waitFor(() => expect(model.saveState).toBe('saved'))
      expect(useProjectStore().id).toBe('prj_2')
      expect(engine.callsOf('models.save')).toMatchObject([{ project: 'prj_2', revision: 1 }])
      expect(Object.keys(model.document.nodes)).toHaveLength(1)
    })
  })

  it('starts training only after the model is saved', async () => {
    await useProjectStore().open(path)
    engine.answer({ 'training.start': () => ({ job: 'job_1', run: 'run_1' }) })
    useModelStore().setPlan({ ...defaultPlan, epochs: 7 })
    await useJobsStore().startTraining()
    const order = engine.asked.map((call) => call.method)
    expect(order.indexOf('models.save')).toBeLessThan(order.indexOf('training.start'))
    expect(order).toContain('models.save')
  })

  it('ignores events of other projects', async () => {
    await useProjectStore().open(path)
    useRunsStore().listen()
    engine.tell('job.changed', { ...job, project: 'prj_9' })
    engine.tell('run.epoch', {
      project: 'prj_9',
      run: 'run_9',
      epochs: [{ epoch: 1, metrics: { loss: 1 }, learningRate: 0.1, seconds: 1 }],
    })
    expect(useJobsStore().active).toEqual([])
    expect(useRunsStore().histories).toEqual({})
  })
})
