import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EvaluationRecord, KFoldResult } from '../../../../engine/rpc/contract/evaluation.ts'
import EvaluationView from '../../../../renderer/features/evaluation/EvaluationView.vue'
import KFoldPanel from '../../../../renderer/features/evaluation/KFoldPanel.vue'
import { useNavigationStore } from '../../../../renderer/services/navigation.store.ts'
import UiSelect from '../../../../renderer/ui/UiSelect.vue'
import { jobOf, openStudio, runOf, show } from '../runs/studio.ts'

vi.mock('vue-echarts', () => ({ default: { name: 'VChart', props: ['option'], template: '<div class="chart" />' } }))
enableAutoUnmount(afterEach)

const averages = { precision: 0.5, recall: 0.25, f1: 0.125 }
const record = (run: string, accuracy: number): EvaluationRecord => ({
  id: `evl_${run}`,
  run,
  part: 'validation',
  createdAt: '2026-01-01T00:00:00Z',
  report: {
    task: 'classification',
    classes: ['setosa', 'virginica'],
    rows: 30,
    loss: 0.5,
    accuracy,
    logLoss: 0.5,
    perClass: [
      { name: 'setosa', precision: 1, recall: 0.5, f1: 0.6667, support: 15 },
      { name: 'virginica', precision: 0.75, recall: 1, f1: 0.8571, support: 15 },
    ],
    macro: averages,
    micro: averages,
    weighted: averages,
    confusion: [
      [10, 5],
      [0, 15],
    ],
  },
})

describe('the evaluation view', () => {
  it('leads to training while there is nothing to evaluate', async () => {
    openStudio([], { 'evaluation.list': () => [] })
    const view = await show(EvaluationView)
    expect(view.text()).toContain('Nothing to evaluate yet')
    await view.findAll('button').at(-1)?.trigger('click')
    expect(useNavigationStore().view).toBe('train')
  })

  it('says how far the first run is while it trains, and shows it once it has ended', async () => {
    const engine = openStudio([runOf(1, { status: 'running', epochs: 0 })], { 'evaluation.list': () => [] })
    engine.tell('job.changed', jobOf())
    const view = await show(EvaluationView)
    const text = view.get('[data-testid=training-under-way]').text()
    expect(text).toContain('Run 1: mlp is training')
    expect(text).toContain('epoch 1 of 4, 1 m 12 s left')
    expect(view.text()).not.toContain('Nothing to evaluate')
    engine.tell('run.changed', { project: 'prj_1', run: runOf(1) })
    engine.tell('job.changed', jobOf({ state: 'completed', done: 4 }))
    await flushPromises()
    expect(view.find('[data-testid=training-under-way]').exists()).toBe(false)
    expect(view.find('[data-testid=evaluate-start]').exists()).toBe(true)
  })

  it('evaluates the run it was opened on and shows the report', async () => {
    const engine = openStudio([runOf(1), runOf(2)], {
      'evaluation.list': () => [],
      'evaluation.evaluate': ({ run }: { run: string }) => record(run, 0.8333),
    })
    useNavigationStore().run = 'run_1'
    const view = await show(EvaluationView)
    await view.get('[data-testid=evaluate-start]').trigger('click')
    await flushPromises()
    expect(engine.callsOf('evaluation.evaluate')).toEqual([{ project: 'prj_1', run: 'run_1', part: 'validation' }])
    expect(view.get('[data-testid=report-accuracy]').text()).toBe('83.3 %')
    const cells = view.get('[data-testid=confusion-matrix]').findAll('tbody td')
    expect(cells.map((cell) => cell.text())).toEqual(['10', '5', '0', '15'])
    expect(cells[1]?.attributes('title')).toContain('5 of 15 rows of setosa predicted as virginica (33.3 %)')
  })

  it('shows the scores of several labels side by side, and the report of the one that is chosen', async () => {
    const [hot, loose] = [record('run_1', 0.9), record('run_1', 0.6)]
    const reports = [
      { name: 'hot', report: hot.report },
      { name: 'loose', report: loose.report },
    ]
    const scores = { loss: 0.5, exact_match: 0.25, accuracy: 0.75, 'hot/accuracy': 0.9, 'loose/accuracy': 0.6 }
    openStudio([runOf(1)], { 'evaluation.list': () => [{ ...hot, several: { reports, scores } }] })
    const view = await show(EvaluationView)
    const cells = view
      .get('[data-testid=report-overview]')
      .findAll('tr')
      .map((row) => row.findAll('th, td').map((cell) => cell.text()))
    expect(cells).toEqual([
      ['', 'all', 'hot', 'loose'],
      ['Loss', '0.5', '', ''],
      ['Exact match', '0.25', '', ''],
      ['Accuracy', '0.75', '0.9', '0.6'],
    ])
    expect(view.get('[data-testid=report-accuracy]').text()).toBe('90.0 %')
    expect(view.find('[data-testid=report-loss]').exists()).toBe(false)
    const select = view
      .findAllComponents(UiSelect)
      .find((each) => each.props('label') === 'Output or column to report on')
    select?.vm.$emit('update:modelValue', 'loose')
    await flushPromises()
    expect(view.get('[data-testid=report-accuracy]').text()).toBe('60.0 %')
  })

  it('shows the earlier report of a run again', async () => {
    openStudio([runOf(1)], { 'evaluation.list': () => [record('run_1', 0.5), record('run_1', 0.75)] })
    const view = await show(EvaluationView)
    expect(view.get('[data-testid=report-accuracy]').text()).toBe('75.0 %')
  })
})

describe('cross-validation', () => {
  const result: KFoldResult = {
    id: 'evl_9',
    model: 'mdl_1',
    folds: 3,
    repeats: 1,
    createdAt: '2026-01-01T00:00:00Z',
    metrics: { accuracy: { mean: 0.9, sd: 0.02, folds: [0.88, 0.9, 0.92] } },
    confusion: null,
    classes: null,
    perClass: [{ name: 'setosa', precision: 0.75, recall: 0.5, f1: 0.6, support: 50 }],
  }

  it('asks for what the form says, follows the job and shows mean and spread', async () => {
    let results: KFoldResult[] = []
    const engine = openStudio([], {
      'evaluation.kfoldResults': () => results,
      'evaluation.kfold': () => ({ job: 'job_1', evaluation: 'evl_9' }),
    })
    const view = await show(KFoldPanel)
    const folds = view.get('[data-testid=kfold-folds]')
    await folds.setValue('3')
    await folds.trigger('change')
    await view.get('[data-testid=kfold-form]').trigger('submit')
    await flushPromises()
    expect(engine.callsOf('evaluation.kfold')).toEqual([
      { project: 'prj_1', model: 'mdl_1', folds: 3, repeats: 1, stratified: true, time: false, shuffleLabels: false },
    ])
    engine.tell('job.changed', jobOf({ kind: 'kfold', done: 1, total: 3, subject: 'evl_9' }))
    await flushPromises()
    expect(view.get('[data-testid=kfold-progress]').text()).toContain('1 of 3 folds')
    results = [result]
    engine.tell('job.changed', jobOf({ kind: 'kfold', state: 'completed', subject: 'evl_9' }))
    await flushPromises()
    expect(view.get('[data-testid=kfold-accuracy]').text()).toBe('0.9 ± 0.02')
    const rows = view
      .get('[data-testid=kfold-result]')
      .findAll('tbody tr')
      .map((row) => row.text())
    expect(rows).toHaveLength(6)
    expect(rows.at(-1)).toBe('setosa0.750.50.650')
  })

  it('shows why it failed', async () => {
    const engine = openStudio([], { 'evaluation.kfoldResults': () => [] })
    const view = await show(KFoldPanel)
    const error = { code: 'data.too-few-folds', message: 'A class has fewer rows than folds.' }
    engine.tell('job.changed', jobOf({ kind: 'kfold', state: 'failed', error }))
    await flushPromises()
    expect(view.get('[data-testid=error-notice]').text()).toContain('A class has fewer rows than folds.')
  })
})
