import { enableAutoUnmount, flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RunSummary } from '../../../../engine/rpc/contract/training.ts'
import RunsView from '../../../../renderer/features/runs/RunsView.vue'
import { useNavigationStore } from '../../../../renderer/services/navigation.store.ts'
import { detailOf, openStudio, runOf, show } from './studio.ts'

vi.mock('vue-echarts', () => ({ default: { name: 'VChart', props: ['option'], template: '<div class="chart" />' } }))
enableAutoUnmount(afterEach)

const runs = [runOf(1, { tags: ['wide'] }), runOf(2, { metrics: { loss: 0.1, validation_loss: 0.2 } }), runOf(3)]
const rowOf = (view: VueWrapper, run: string) => view.get(`[data-row=${run}]`)
const shownRuns = (view: VueWrapper) => view.findAll('[data-row]').map((row) => row.attributes('data-row'))

async function choose(view: VueWrapper, run: string, keys: { ctrlKey?: boolean } = {}) {
  await rowOf(view, run).trigger('click', keys)
  await flushPromises()
}

describe('the runs view', () => {
  it('leads to training while there are none', async () => {
    openStudio()
    const view = await show(RunsView)
    expect(view.text()).toContain('No runs yet')
    await view.get('button').trigger('click')
    expect(useNavigationStore().view).toBe('train')
  })

  it('lists runs newest first and filters them', async () => {
    openStudio(runs)
    const view = await show(RunsView)
    expect(shownRuns(view)).toEqual(['run_3', 'run_2', 'run_1'])
    await view.get('[data-testid=runs-filter]').setValue('wide')
    expect(shownRuns(view)).toEqual(['run_1'])
  })

  it('counts the epochs and the time of a run that goes on, those before the window was opened too', async () => {
    const going = runOf(4, { status: 'running', epochs: 0, seconds: 0, plannedEpochs: 9 })
    const engine = openStudio([...runs, going])
    const view = await show(RunsView)
    expect(rowOf(view, 'run_4').text()).toContain('2 / 9')
    expect(engine.callsOf('runs.get')).toEqual([{ project: 'prj_1', run: 'run_4' }])
    const third = { epoch: 3, metrics: { loss: 0.25 }, learningRate: 0.001, seconds: 1.5 }
    engine.tell('run.epoch', { project: 'prj_1', run: 'run_4', epochs: [third] })
    await flushPromises()
    expect(rowOf(view, 'run_4').text()).toContain('3 / 9')
    expect(rowOf(view, 'run_4').text()).toContain('2.5 s')
  })

  it('shows one run with curves and settings, renames and tags it', async () => {
    const engine = openStudio(runs, {
      'runs.annotate': ({ run, ...change }: { run: string }) => ({ ...runOf(2), id: run, ...change }),
    })
    const view = await show(RunsView)
    await choose(view, 'run_2')
    expect(view.get('[data-testid=run-details]').findAll('.chart')).toHaveLength(1)
    const name = view.get('[data-testid=run-name]')
    await name.setValue('small net')
    await name.trigger('change')
    await flushPromises()
    expect(engine.callsOf('runs.annotate')).toEqual([{ project: 'prj_1', run: 'run_2', name: 'small net' }])
    expect(rowOf(view, 'run_2').text()).toContain('small net')
  })

  it('compares runs and shows only the settings that differ', async () => {
    openStudio(runs, {
      'runs.get': ({ run }: { run: string }) =>
        detailOf(runs.find((each) => each.id === run) as RunSummary, run === 'run_1' ? 10 : 20),
    })
    const view = await show(RunsView)
    await choose(view, 'run_1')
    await choose(view, 'run_2', { ctrlKey: true })
    const rows = view.get('[data-testid=settings-table]').findAll('tbody tr')
    expect(rows.map((row) => row.findAll('th, td').map((cell) => cell.text()))).toEqual([
      ['training.epochs', '10', '20'],
    ])
  })

  it('deletes a run only after a second click', async () => {
    const engine = openStudio(runs, { 'runs.remove': () => null })
    const view = await show(RunsView)
    await choose(view, 'run_2')
    await view.get('[data-testid=run-delete]').trigger('click')
    expect(engine.callsOf('runs.remove')).toEqual([])
    await view.get('[data-testid=run-delete-confirm]').trigger('click')
    await flushPromises()
    expect(engine.callsOf('runs.remove')).toEqual([{ project: 'prj_1', run: 'run_2' }])
    expect(shownRuns(view)).toEqual(['run_3', 'run_1'])
  })
})
