import { enableAutoUnmount, flushPromises } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { LaminaError } from '../../../../engine/base/errors.ts'
import { isAbovePeak, type OpProfile, type StepProfile } from '../../../../engine/compile/step-profile.ts'
import ProfilePanel from '../../../../renderer/features/shell/ProfilePanel.vue'
import {
  formatShortTime,
  profileColumns,
  profileRows,
  profileText,
} from '../../../../renderer/features/shell/profile-table.ts'
import { useModelStore } from '../../../../renderer/services/model.store.ts'
import { useSettingsStore } from '../../../../renderer/services/settings.store.ts'
import { openStudio, show } from '../runs/studio.ts'

enableAutoUnmount(afterEach)

const op = (name: string, layer: string, ms: number, flops: number, bytes: number): OpProfile => ({
  op: name,
  node: layer,
  layer,
  calls: 1,
  msPerStep: ms,
  share: ms / 4,
  flops,
  gflops: flops / ms / 1e6,
  shareOfPeak: flops / ms / 1e6 / 100,
  bytes,
  gigabytesPerSecond: bytes / ms / 1e6,
})
const profile: StepProfile = {
  ...op('', '', 4, 1.2e8, 3e6),
  threads: 2,
  simd: 'avx512',
  batchSize: 32,
  steps: 100,
  samplesPerSecond: 8000,
  peak: { threads: 2, gflops: 100, bandwidths: [{ workingSetBytes: 2e8, gigabytesPerSecond: 30 }] },
  ops: [
    op('dense', 'hidden', 1, 4e7, 1e6),
    op('dense_parameter_gradient', 'hidden', 2, 8e7, 1e6),
    op('adam_update', '', 0.9995, 0, 1e6),
    op('between_ops', '', 0.0005, 0, 0),
  ],
}

describe('the rows of a profile', () => {
  it('are by layer, by kind of op, or one an op, the slowest first', () => {
    const names = (grouping: Parameters<typeof profileRows>[1]) =>
      profileRows(profile, grouping).map(({ name }) => name)
    expect(names('layer')).toEqual(['hidden', 'adam update', 'between ops'])
    expect(names('op')).toEqual(['dense parameter gradient', 'dense', 'adam update', 'between ops'])
    expect(names('instruction')[0]).toBe('dense parameter gradient, hidden')
  })

  it('add up what belongs together', () => {
    const [hidden] = profileRows(profile, 'layer')
    expect(hidden).toMatchObject({ calls: 2, msPerStep: 3, share: 0.75, flops: 1.2e8, bytes: 2e6 })
    expect(hidden!.gflops).toBeCloseTo(40, 9)
    expect(hidden!.shareOfPeak).toBeCloseTo(0.4, 9)
    expect(hidden!.gigabytesPerSecond).toBeCloseTo(2 / 3, 9)
  })

  it('are copied with their headings, and show no figure where an op declares none', () => {
    const lines = profileText(profileRows(profile, 'layer'), profileColumns('layer')).split('\n')
    expect(lines[0]).toBe('Layer\tShare of the step\tTime\tCalls\tGFLOP/s\tOf peak\tMoved\tGB/s')
    expect(lines[1]).toBe('hidden\t75.0 %\t3 ms\t2\t40\t40.0 %\t1.91 MiB\t0.667')
    expect(lines[3]).toBe('between ops\t0.0 %\t0.5 µs\t1\t—\t—\t—\t—')
  })

  it('explain a share above the peak, which Winograd reaches by fewer operations than are counted', () => {
    expect(isAbovePeak(profileRows(profile, 'layer'))).toBe(false)
    const fast = { ...profile, ops: [op('conv2d', 'strokes', 1, 1.3e8, 1e6), ...profile.ops] }
    expect(isAbovePeak(profileRows(fast, 'layer'))).toBe(true)
    expect(profileColumns('layer').find(({ id }) => id === 'peak')?.help).toMatch(/direct computation.*Winograd/)
  })

  it('show short times in a fitting unit', () => {
    expect([18.79, 1, 0.9994, 0.00322].map(formatShortTime)).toEqual(['18.8 ms', '1 ms', '999 µs', '3.22 µs'])
  })
})

describe('the profile panel', () => {
  it('saves the model, asks for a profile and shows it until another model is opened', async () => {
    const engine = openStudio([], { 'models.profile': () => profile, 'models.save': () => ({ revision: 2 }) })
    const panel = await show(ProfilePanel)
    expect(panel.text()).toContain('A profile runs some training steps')
    await panel.get('[data-testid=profile-take]').trigger('click')
    await flushPromises()
    expect(engine.callsOf('models.profile')).toEqual([expect.objectContaining({ model: useModelStore().id })])
    expect(panel.get('[data-testid=profile-step]').text()).toBe('4 ms a step')
    expect(panel.text()).toContain('30 % of the peak'.replace('30 %', '30.0 %'))
    expect(panel.get('[data-testid=profile-table]').text()).toContain('Share of the step')
    expect(useSettingsStore().remembered('bottom.tab', '').value).toBe('profile')

    expect(panel.text()).not.toContain('The model was changed since.')
    useModelStore().record = { ...useModelStore().record!, revision: 99 }
    await flushPromises()
    expect(panel.text()).toContain('The model was changed since.')
    useModelStore().record = { ...useModelStore().record!, id: 'mdl_other' }
    await flushPromises()
    expect(panel.find('[data-testid=profile-step]').exists()).toBe(false)
  })

  it('shows in place why there is none', async () => {
    openStudio([], {
      'models.profile': () => {
        throw new LaminaError({ code: 'models.no-dataset', message: 'It has no data to learn from.' })
      },
    })
    const panel = await show(ProfilePanel)
    await panel.get('[data-testid=profile-take]').trigger('click')
    await flushPromises()
    expect(panel.get('[data-testid=error-notice]').text()).toContain('It has no data to learn from.')
  })
})
