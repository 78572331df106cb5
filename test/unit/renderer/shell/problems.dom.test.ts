import { enableAutoUnmount } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import type { DatasetView } from '../../../../engine/rpc/contract/datasets.ts'
import ProblemsPanel from '../../../../renderer/features/shell/ProblemsPanel.vue'
import StatusBar from '../../../../renderer/features/shell/StatusBar.vue'
import { useNavigationStore } from '../../../../renderer/services/navigation.store.ts'
import { countText } from '../../../../renderer/services/problems.ts'
import { useProjectStore } from '../../../../renderer/services/project.store.ts'
import { openStudio, show } from '../runs/studio.ts'

enableAutoUnmount(afterEach)

const repeated = { code: 'data.duplicate-rows', message: '82 rows repeat an earlier row.', fix: 'Remove them.' }

/** A studio whose data has this to be said about it. */
function openWith(problems: DatasetView['problems']): void {
  openStudio()
  const { datasets } = useProjectStore()
  useProjectStore().datasets = { dst_1: { ...datasets.dst_1!, problems } }
}

describe('what is wrong with the data of a model', () => {
  it('counts in the status bar as it does in the list', async () => {
    openWith([])
    expect((await show(StatusBar)).get('[data-testid=status-problems]').text()).toBe('0 errors, 0 warnings')
    openWith([repeated, { severity: 'error', code: 'data.one-class-target', message: 'One class.', column: 'y' }])
    expect((await show(StatusBar)).get('[data-testid=status-problems]').text()).toBe('1 error, 1 warning')
    const list = await show(ProblemsPanel)
    expect(list.findAll('[data-testid^=problem-data]')).toHaveLength(2)
    expect(list.get('[data-testid="problem-data.one-class-target"]').text()).toContain('column y')
  })

  it('leads to the data view', async () => {
    openWith([repeated])
    const list = await show(ProblemsPanel)
    await list.get('[data-testid="problem-data.duplicate-rows"] button').trigger('click')
    expect(useNavigationStore().view).toBe('data')
  })

  it('is counted with the right number, advice apart', () => {
    expect(countText([{ severity: 'info' }, { severity: 'warning' }, { severity: 'warning' }])).toBe(
      '0 errors, 2 warnings',
    )
  })
})
