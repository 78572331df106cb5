import { computed, ref, shallowRef, watch } from 'vue'
import type { ErrorDetails } from '../../../engine/base/errors.ts'
import type { ColumnProfile, ColumnSettings, CsvOptions, SplitSettings } from '../../../engine/data/dataset.ts'
import { detailsOf, engine } from '../../services/engine.ts'
import { chooseDataFile, hasDialogs, pathOfFile } from '../../services/files.ts'
import { useModelStore } from '../../services/model.store.ts'
import { useProjectStore } from '../../services/project.store.ts'

export interface DatasetChange {
  name?: string
  columns?: ColumnSettings[]
  split?: SplitSettings
  csv?: Partial<CsvOptions>
}

/** The data set that the data view shows: its settings, profile, and changing or importing it. */
export function useDataset() {
  const project = useProjectStore()
  const model = useModelStore()
  const chosen = ref<string | null>(null)
  const profile = shallowRef<readonly ColumnProfile[]>([])
  const busy = ref(false)
  const error = ref<ErrorDetails | null>(null)

  const all = computed(() => Object.values(project.datasets))
  const view = computed(() => project.datasets[chosen.value ?? model.record?.dataset ?? ''] ?? all.value[0] ?? null)
  const id = computed(() => view.value?.description.id ?? null)

  async function attempt(work: () => Promise<void>) {
    busy.value = true
    error.value = null
    try {
      await work()
    } catch (thrown) {
      error.value = detailsOf(thrown)
    } finally {
      busy.value = false
    }
  }

  async function loadProfile() {
    const dataset = id.value
    if (!dataset) return
    const loaded = await engine().call.datasets.profile({ project: project.openId(), dataset })
    if (id.value === dataset) profile.value = loaded
  }

  function update(change: DatasetChange) {
    const dataset = id.value
    if (!dataset) return Promise.resolve()
    return attempt(async () => {
      project.setDataset(await engine().call.datasets.update({ project: project.openId(), dataset, ...change }))
      if (change.columns || change.csv) await loadProfile()
    })
  }

  function importFrom(source: { path: string } | { upload: { name: string; bytes: Uint8Array<ArrayBuffer> } }) {
    return attempt(async () => {
      const added = await engine().call.datasets.import({ project: project.openId(), ...source })
      project.setDataset(added)
      chosen.value = added.description.id
      if (!model.record?.dataset) model.setRecord({ dataset: added.description.id })
    })
  }

  async function importFile(file: File) {
    const path = pathOfFile(file)
    if (path) return importFrom({ path })
    return importFrom({ upload: { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) } })
  }

  /** Opens the native dialog; false where there is none and the page's own file picker has to serve. */
  async function importByDialog(): Promise<boolean> {
    if (!hasDialogs()) return false
    const path = await chooseDataFile()
    if (path) await importFrom({ path })
    return true
  }

  watch(
    id,
    () => {
      profile.value = []
      error.value = null
      loadProfile().catch((thrown) => {
        error.value = detailsOf(thrown)
      })
    },
    { immediate: true },
  )

  return { all, view, id, chosen, profile, busy, error, update, importFile, importByDialog }
}
