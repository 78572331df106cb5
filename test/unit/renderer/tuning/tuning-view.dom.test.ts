import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SweepRecord, TrialRecord } from '../../../../engine/rpc/contract/evaluation.ts'
import TuningView from '../../../../renderer/features/tuning/TuningView.vue'
import { useSettingsStore } from '../../../../renderer/services/settings.store.ts'
import type { FakeEngine } from '../../../support/fake-engine.ts'
import { jobOf, openStudio, show } from '../runs/studio.ts'

vi.mock('vue-echarts', () => ({ default: { name: 'VChart', props: ['option'], template: '<div class="chart" />' } }))
enableAutoUnmount(afterEach)

const units = { path: 'hidden.units', label: 'hidden: Units', kind: 'integer', min: 1, max: 4096, current: 8 }
const row = { path: units.path, mode: 'values', text: '4, 8', min: 4, max: 16, scale: 'linear', steps: 5 }
const sweep: SweepRecord = {
  id: 'swp_1',
  model: 'mdl_1',
  name: 'Sweep of mlp',
  strategy: 'grid',
  objective: 'accuracy',
  direction: 'maximize',
  folds: 0,
  state: 'running',
  createdAt: '2026-01-01T00:00:00Z',
  planned: 2,
  trials: [],
  best: null,
}
const trial = (number: number, value: number, accuracy: number): TrialRecord => ({
  number,
  run: null,
  status: 'completed',
  values: { 'hidden.units': value },
  metrics: { accuracy, loss: 1 - accuracy },
  seconds: 1,
  error: null,
})

describe('the tuning view', () => {
  let engine: FakeEngine

  beforeEach(() => {
    vi.useFakeTimers()
    engine = openStudio([], {
      'tuning.list': () => [],
      'models.searchable': () => [units],
      'tuning.estimate': () => ({ trials: 2, fits: 2, epochs: 200, seconds: 72 }),
      'tuning.start': () => ({ job: 'job_1', sweep: 'swp_1' }),
      'tuning.apply': () => ({ revision: 3 }),
      'models.get': () => ({ revision: 1 }),
    })
    useSettingsStore().remembered('tune.rows', '[]').value = JSON.stringify([row])
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('tells the cost before it starts', async () => {
    const view = await show(TuningView)
    await vi.advanceTimersByTimeAsync(300)
    expect(view.get('[data-testid=sweep-estimate]').text()).toContain('2 trials, up to 200 epochs, about 1 m 12 s')
    expect(engine.callsOf('tuning.start')).toEqual([])
    await view.get('[data-testid=sweep-form]').trigger('submit')
    await flushPromises()
    expect(engine.callsOf('tuning.start')).toEqual([
      {
        project: 'prj_1',
        model: 'mdl_1',
        space: { 'hidden.units': [4, 8] },
        strategy: 'grid',
        folds: 0,
        parallel: 0,
        objective: 'accuracy',
      },
    ])
  })

  it('names values that do not fit and does not start', async () => {
    const view = await show(TuningView)
    await view.get('[data-testid=space-values-0]').setValue('4, many')
    expect(view.get('[data-testid="space-hidden.units"] [role=alert]').text()).toBe('Expected numbers, received many.')
    expect(view.get('[data-testid=sweep-start]').attributes('disabled')).toBeDefined()
  })

  it('lists trials as they end, marks the best and writes it into the model', async () => {
    const view = await show(TuningView)
    const { trials: _, ...started } = sweep
    engine.tell('sweep.changed', { project: 'prj_1', sweep: started })
    engine.tell('job.changed', jobOf({ kind: 'sweep', subject: 'swp_1', done: 1, total: 2, unit: 'trials' }))
    engine.tell('sweep.trial', { project: 'prj_1', sweep: 'swp_1', trial: trial(1, 4, 0.5) })
    engine.tell('sweep.trial', { project: 'prj_1', sweep: 'swp_1', trial: trial(2, 8, 0.75) })
    engine.tell('sweep.trial', { project: 'prj_2', sweep: 'swp_1', trial: trial(3, 9, 1) })
    await flushPromises()
    expect(view.get('[data-testid=sweep-progress]').text()).toContain('1 of 2 trials')
    expect(view.findAll('[data-row]').map((each) => each.attributes('data-row'))).toEqual(['1', '2'])
    expect(view.get('[data-row="2"]').find('[data-testid=best-trial]').exists()).toBe(true)
    expect(view.get('[data-testid=sweep-best]').text()).toContain('trial 2, Accuracy 0.75')
    await view.get('[data-testid=sweep-apply]').trigger('click')
    await flushPromises()
    expect(engine.callsOf('tuning.apply')).toEqual([{ project: 'prj_1', sweep: 'swp_1', trial: 2 }])
  })
})
