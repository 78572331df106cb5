import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { type Component, h } from 'vue'
import type { Job } from '../../../../engine/rpc/contract/common.ts'
import type { DatasetView } from '../../../../engine/rpc/contract/datasets.ts'
import type { ProjectInfo } from '../../../../engine/rpc/contract/projects.ts'
import type { RunDetail, RunSummary } from '../../../../engine/rpc/contract/training.ts'
import { defaultPlan } from '../../../../engine/training/plan.ts'
import { setEngine } from '../../../../renderer/services/engine.ts'
import { useJobsStore } from '../../../../renderer/services/jobs.store.ts'
import { useModelStore } from '../../../../renderer/services/model.store.ts'
import { useProjectStore } from '../../../../renderer/services/project.store.ts'
import { useRunsStore } from '../../../../renderer/services/runs.store.ts'
import { type Answers, FakeEngine } from '../../../support/fake-engine.ts'
import { documentOf, signatureOf } from '../../../support/model.ts'

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

export const document = documentOf({
  features: { type: 'input' },
  hidden: { type: 'dense', params: { units: 8, activation: 'relu' } },
  classes: { type: 'dense', params: { units: 3, activation: 'softmax' } },
  species: { type: 'output' },
})

export function runOf(number: number, part: Partial<RunSummary> = {}): RunSummary {
  return {
    id: `run_${number}`,
    number,
    name: `Run ${number}`,
    kind: 'train',
    model: 'mdl_1',
    modelName: 'mlp',
    status: 'completed',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:01Z',
    seconds: 1,
    epochs: 2,
    plannedEpochs: 2,
    bestEpoch: 2,
    usedEpoch: 2,
    metrics: { loss: 0.5, validation_loss: 0.75 },
    parameters: 67,
    seed: 1,
    notes: '',
    tags: [],
    resumable: false,
    sweep: null,
    error: null,
    ...part,
  }
}

export function detailOf(run: RunSummary, epochs = defaultPlan.epochs): RunDetail {
  return {
    ...run,
    snapshot: {
      document,
      plan: { ...defaultPlan, epochs },
      dataset: { name: 'iris', hash: 'abc', rowCount: 150 },
      split: { train: 90, validation: 30, test: 30 },
      versions: { lamina: '0.1.0' },
      threads: 2,
      overrides: {},
      start: null,
    },
    history: [1, 2].map((epoch) => ({
      epoch,
      metrics: { loss: 1 / epoch, validation_loss: 1.5 / epoch },
      learningRate: 0.001,
      seconds: 0.5,
    })),
    warnings: [],
  }
}

export function jobOf(part: Partial<Job> = {}): Job {
  return {
    id: 'job_1',
    project: 'prj_1',
    kind: 'training',
    title: 'Run 1: mlp',
    state: 'running',
    done: 1,
    total: 4,
    unit: 'epochs',
    etaSeconds: 72,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: null,
    subject: 'run_1',
    error: null,
    ...part,
  }
}

/** A studio with an open project, a sound model and the given runs, on a fake engine. */
export function openStudio(runs: readonly RunSummary[] = [], answers: Answers = {}): FakeEngine {
  setActivePinia(createPinia())
  const engine = new FakeEngine({
    'app.updateSettings': () => null,
    'models.save': () => ({ revision: 2 }),
    'runs.get': ({ run }: { run: string }) => detailOf(runs.find((each) => each.id === run) as RunSummary),
    ...answers,
  })
  setEngine(engine)
  const view = { signature: signatureOf(4, 3), splitCounts: { train: 90 }, description: { columns: [] } }
  useProjectStore().project = project
  useProjectStore().datasets = { dst_1: view as unknown as DatasetView }
  const model = useModelStore()
  model.document = document
  model.record = { id: 'mdl_1', name: 'mlp', dataset: 'dst_1', revision: 1, updatedAt: '' }
  for (const run of runs) useRunsStore().put(run)
  useRunsStore().listen()
  useJobsStore().listen()
  return engine
}

/** Shows a view and lets what it asks for arrive. */
export async function show(view: Component): Promise<VueWrapper> {
  const shown = mount({ render: () => h(TooltipProvider, () => h(view)) }, { attachTo: window.document.body })
  await flushPromises()
  return shown
}
