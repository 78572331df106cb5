import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LaminaError } from '../../../../engine/base/errors.ts'
import TrainingView from '../../../../renderer/features/training/TrainingView.vue'
import { useModelStore } from '../../../../renderer/services/model.store.ts'
import { useNavigationStore } from '../../../../renderer/services/navigation.store.ts'
import { detailOf, jobOf, openStudio, runOf, show } from '../runs/studio.ts'

vi.mock('vue-echarts', () => ({ default: { name: 'VChart', props: ['option'], template: '<div class="chart" />' } }))
enableAutoUnmount(afterEach)

const running = runOf(1, {
  status: 'running',
  epochs: 0,
  metrics: {},
  bestEpoch: null,
  plannedEpochs: 4,
  finishedAt: null,
})

describe('the training view', () => {
  it('says what it is for before the first run', async () => {
    openStudio()
    const view = await show(TrainingView)
    expect(view.text()).toContain('No run yet')
    expect(view.get('[data-testid=train-start]').attributes('disabled')).toBeUndefined()
  })

  it('saves a changed setting before it trains', async () => {
    const engine = openStudio([], { 'training.start': () => ({ job: 'job_1', run: 'run_1' }) })
    const view = await show(TrainingView)
    const epochs = view.get('[data-testid=plan-epochs]')
    await epochs.setValue('25')
    await epochs.trigger('change')
    await view.get('[data-testid=train-start]').trigger('click')
    await flushPromises()
    expect(useModelStore().plan.epochs).toBe(25)
    expect(engine.asked.map(({ method }) => method)).toEqual(['models.save', 'training.start'])
    expect(useNavigationStore().run).toBe('run_1')
  })

  it('shows in place why training was refused', async () => {
    openStudio([], {
      'training.start': () => {
        throw new LaminaError({ code: 'training.unknown-monitor', message: 'Nothing to watch.', fix: 'Watch `loss`.' })
      },
    })
    const view = await show(TrainingView)
    await view.get('[data-testid=train-start]').trigger('click')
    await flushPromises()
    const notice = view.get('[data-testid=error-notice]')
    expect(notice.text()).toContain('Nothing to watch.')
    expect(notice.text()).toContain('Watch `loss`.')
  })

  it('cannot start a model with problems and names them', async () => {
    openStudio()
    useModelStore().document = { ...useModelStore().document, edges: {} }
    const view = await show(TrainingView)
    expect(view.get('[data-testid=train-start]').attributes('disabled')).toBeDefined()
    expect(view.find('[data-testid=error-notice]').exists()).toBe(true)
  })

  it('follows a run: progress, time left, figures, and its end', async () => {
    const engine = openStudio([running], { 'runs.get': () => ({ ...detailOf(running), history: [] }) })
    const view = await show(TrainingView)
    engine.tell('job.changed', jobOf())
    const place = { project: 'prj_1', run: 'run_1' }
    engine.tell('run.epoch', {
      ...place,
      epochs: [{ epoch: 1, metrics: { loss: 0.25 }, learningRate: 0.001, seconds: 1 }],
    })
    engine.tell('run.progress', {
      ...place,
      job: 'job_1',
      epoch: 2,
      epochs: 4,
      step: 1,
      steps: 2,
      metrics: { loss: 0.2 },
      samplesPerSecond: 12345,
      etaSeconds: 72,
    })
    await flushPromises()
    const progress = view.get('[data-testid=train-progress]').text()
    for (const part of ['epoch 2 of 4', '12,345 samples/s', 'loss 0.2', '1 m 12 s left'])
      expect(progress).toContain(part)
    expect(view.get('[data-testid=figure-loss]').text()).toContain('0.25')
    expect(view.findAll('.chart')).toHaveLength(1)

    engine.tell('job.changed', jobOf({ state: 'completed' }))
    engine.tell('run.changed', { project: 'prj_1', run: runOf(1) })
    await flushPromises()
    expect(view.get('[data-testid=train-status]').text()).toBe('completed')
    await view.get('[data-testid=train-evaluate]').trigger('click')
    expect([useNavigationStore().view, useNavigationStore().run]).toEqual(['evaluate', 'run_1'])
  })

  it('pauses, continues and stops', async () => {
    const paused = jobOf({ state: 'paused' })
    const engine = openStudio([running], {
      'jobs.pause': () => paused,
      'jobs.resume': () => jobOf(),
      'jobs.stop': () => jobOf({ state: 'stopped' }),
    })
    const view = await show(TrainingView)
    engine.tell('job.changed', jobOf())
    await flushPromises()
    for (const button of ['train-pause', 'train-continue', 'train-stop']) {
      await view.get(`[data-testid=${button}]`).trigger('click')
      await flushPromises()
    }
    expect(engine.asked.map(({ method }) => method).filter((method) => method.startsWith('jobs.'))).toEqual([
      'jobs.pause',
      'jobs.resume',
      'jobs.stop',
    ])
    expect(view.find('[data-testid=train-start]').exists()).toBe(true)
  })

  it('shows divergence in place and offers to resume', async () => {
    const error = {
      code: 'training.diverged',
      message: 'The loss is no number after epoch 3.',
      fix: 'Lower the learning rate.',
    }
    const failed = runOf(1, { status: 'failed', resumable: true, error })
    const engine = openStudio([failed], { 'training.resume': () => ({ job: 'job_2', run: 'run_1' }) })
    const view = await show(TrainingView)
    expect(view.get('[data-testid=run-notices]').text()).toContain('Lower the learning rate.')
    await view.get('[data-testid=train-resume]').trigger('click')
    expect(engine.callsOf('training.resume')).toEqual([{ project: 'prj_1', run: 'run_1' }])
  })
})
