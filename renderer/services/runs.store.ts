import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { EpochRecord, RunDetail, RunSummary } from '../../engine/rpc/contract/training.ts'
import { engine } from './engine.ts'
import { mergeEpochs } from './epochs.ts'
import { useLogStore } from './log.store.ts'
import { useProjectStore } from './project.store.ts'

export interface RunWarning {
  rule: string
  message: string
  epoch: number
}

/** Runs of the open project, kept up to date by the engine's events, and the curves that were asked for. */
export const useRunsStore = defineStore('runs', () => {
  const byId = shallowRef<Readonly<Record<string, RunSummary>>>({})
  const histories = shallowRef<Readonly<Record<string, readonly EpochRecord[]>>>({})
  const details = shallowRef<Readonly<Record<string, RunDetail>>>({})
  const warnings = shallowRef<Readonly<Record<string, readonly RunWarning[]>>>({})

  /** Newest first. */
  const list = computed(() => Object.values(byId.value).sort((a, b) => b.number - a.number))

  async function load() {
    const runs = await engine().call.runs.list({ project: useProjectStore().openId() })
    byId.value = Object.fromEntries(runs.map((run) => [run.id, run]))
  }

  function clear() {
    byId.value = {}
    histories.value = {}
    details.value = {}
    warnings.value = {}
  }

  function put(run: RunSummary) {
    byId.value = { ...byId.value, [run.id]: run }
  }

  function addEpochs(run: string, epochs: readonly EpochRecord[]) {
    histories.value = { ...histories.value, [run]: mergeEpochs(histories.value[run] ?? [], epochs) }
  }

  /** Snapshot, history and warnings of a run. The history goes on growing by events while it trains. */
  async function loadDetail(run: string): Promise<RunDetail> {
    const detail = await engine().call.runs.get({ project: useProjectStore().openId(), run })
    details.value = { ...details.value, [run]: detail }
    warnings.value = { ...warnings.value, [run]: detail.warnings }
    addEpochs(run, detail.history)
    const { snapshot: _s, history: _h, warnings: _w, ...summary } = detail
    put(summary)
    return detail
  }

  async function annotate(run: string, change: { name?: string; notes?: string; tags?: string[] }) {
    put(await engine().call.runs.annotate({ project: useProjectStore().openId(), run, ...change }))
  }

  async function remove(run: string) {
    await engine().call.runs.remove({ project: useProjectStore().openId(), run })
    const { [run]: _, ...rest } = byId.value
    byId.value = rest
  }

  function listen() {
    const project = useProjectStore()
    const mine = (event: { project: string }) => event.project === project.id
    engine().on('run.changed', (event) => mine(event) && put(event.run))
    engine().on('run.epoch', (event) => mine(event) && addEpochs(event.run, event.epochs))
    engine().on('run.warning', (event) => {
      if (!mine(event)) return
      const { run, rule, message, epoch } = event
      warnings.value = { ...warnings.value, [run]: [...(warnings.value[run] ?? []), { rule, message, epoch }] }
      useLogStore().add('warning', `Epoch ${epoch}: ${message}`)
    })
  }

  return { byId, list, histories, details, warnings, load, clear, put, addEpochs, loadDetail, annotate, remove, listen }
})
