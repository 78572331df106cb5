import { onMounted, onUnmounted, type ShallowRef, shallowRef } from 'vue'
import type { SweepRecord } from '../../../engine/rpc/contract/evaluation.ts'
import { engine } from '../../services/engine.ts'
import { useLogStore } from '../../services/log.store.ts'
import { useProjectStore } from '../../services/project.store.ts'
import { withTrial } from './sweep-table.ts'

/** The sweeps of the open project, oldest first, kept up to date while the view is shown. */
export function useSweeps(): { sweeps: ShallowRef<readonly SweepRecord[]>; loaded: ShallowRef<boolean> } {
  const project = useProjectStore()
  const sweeps = shallowRef<readonly SweepRecord[]>([])
  const loaded = shallowRef(false)
  const undo: (() => void)[] = []

  async function load() {
    sweeps.value = await engine().call.tuning.list({ project: project.openId() })
    loaded.value = true
  }

  onMounted(() => {
    undo.push(
      engine().on('sweep.changed', (event) => {
        if (event.project !== project.id) return
        const before = sweeps.value.find((each) => each.id === event.sweep.id)
        const sweep = { ...event.sweep, trials: before?.trials ?? [] }
        sweeps.value = before
          ? sweeps.value.map((each) => (each.id === sweep.id ? sweep : each))
          : [...sweeps.value, sweep]
      }),
      engine().on('sweep.trial', (event) => {
        if (event.project !== project.id) return
        sweeps.value = sweeps.value.map((each) => (each.id === event.sweep ? withTrial(each, event.trial) : each))
      }),
    )
    load().catch((thrown) => useLogStore().fail(thrown))
  })
  onUnmounted(() => {
    for (const each of undo) each()
  })
  return { sweeps, loaded }
}
