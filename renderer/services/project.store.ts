import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ErrorDetails } from '../../engine/base/errors.ts'
import type { DatasetView } from '../../engine/rpc/contract/datasets.ts'
import type { ProjectInfo, RecentProject, TemplateInfo } from '../../engine/rpc/contract/projects.ts'
import { detailsOf, engine, PROJECT_KEY } from './engine.ts'
import { useJobsStore } from './jobs.store.ts'
import { useLogStore } from './log.store.ts'
import { useModelStore } from './model.store.ts'
import { useNavigationStore } from './navigation.store.ts'
import { useRunsStore } from './runs.store.ts'

/** The open project, its data sets, and what the start page lists. */
export const useProjectStore = defineStore('project', () => {
  const project = shallowRef<ProjectInfo | null>(null)
  const datasets = shallowRef<Readonly<Record<string, DatasetView>>>({})
  const templates = shallowRef<readonly TemplateInfo[]>([])
  const recent = shallowRef<readonly RecentProject[]>([])
  /** Opening or creating is under way. */
  const busy = ref(false)
  const error = shallowRef<ErrorDetails | null>(null)
  const connection = ref<'connecting' | 'connected' | 'lost'>('connecting')
  const connectionError = shallowRef<ErrorDetails | null>(null)

  const id = computed(() => project.value?.id ?? null)

  /** The id of the open project. Throws when there is none: callers are views of a project. */
  function openId(): string {
    if (!project.value) throw new Error('no project is open')
    return project.value.id
  }

  async function loadStart() {
    const [known, opened] = await Promise.all([engine().call.projects.templates({}), engine().call.projects.recent({})])
    templates.value = known
    recent.value = opened
  }

  async function adopt(opened: ProjectInfo) {
    project.value = opened
    datasets.value = {}
    sessionStorage.setItem(PROJECT_KEY, opened.path)
    window.lamina?.setDocument({ path: opened.path, name: opened.name })
    await Promise.all([...opened.datasets.map((dataset) => loadDataset(dataset.id)), useRunsStore().load()])
    const [first] = opened.models
    if (first) await useModelStore().load(first.id)
    else useModelStore().clear()
  }

  async function attempt(work: () => Promise<ProjectInfo>): Promise<boolean> {
    busy.value = true
    error.value = null
    try {
      const opened = await work()
      if (project.value && project.value.id !== opened.id) await close()
      await adopt(opened)
      return true
    } catch (thrown) {
      error.value = detailsOf(thrown)
      return false
    } finally {
      busy.value = false
    }
  }

  function open(path: string) {
    return attempt(() => engine().call.projects.open({ path }))
  }

  /** Creates a project and opens it; `template` null makes an empty one. */
  async function create(path: string, template: string | null, dataPath?: string) {
    const done = await attempt(() => engine().call.projects.create({ path, template, dataPath }))
    // What was inferred from the table comes before the network that is drawn for it.
    if (done && dataPath !== undefined) useNavigationStore().go('data')
    return done
  }

  async function close() {
    const closing = project.value
    if (!closing) return
    await useModelStore().flush()
    project.value = null
    datasets.value = {}
    useModelStore().clear()
    useRunsStore().clear()
    sessionStorage.removeItem(PROJECT_KEY)
    window.lamina?.setDocument(null)
    useNavigationStore().go('model')
    await engine().call.projects.close({ project: closing.id })
    await loadStart()
  }

  async function refresh() {
    if (project.value) project.value = await engine().call.projects.info({ project: project.value.id })
  }

  async function rename(name: string) {
    project.value = await engine().call.projects.update({ project: openId(), name })
    window.lamina?.setDocument({ path: project.value.path, name: project.value.name })
  }

  async function forget(path: string) {
    await engine().call.projects.forgetRecent({ path })
    recent.value = recent.value.filter((item) => item.path !== path)
  }

  async function loadDataset(dataset: string): Promise<DatasetView> {
    const view = await engine().call.datasets.get({ project: openId(), dataset })
    setDataset(view)
    return view
  }

  /** Takes over what `datasets.import` or `datasets.update` returned. */
  function setDataset(view: DatasetView) {
    datasets.value = { ...datasets.value, [view.description.id]: view }
  }

  async function onProjectChanged(what: readonly string[]) {
    await refresh()
    const opened = project.value
    if (!opened) return
    if (what.includes('datasets')) await Promise.all(opened.datasets.map((dataset) => loadDataset(dataset.id)))
    if (what.includes('runs')) await useRunsStore().load()
    if (what.includes('models')) await useModelStore().refresh()
  }

  /** Reacts to the engine's events, and opens the project again after a reload or a restart of the engine. */
  function listen() {
    const log = useLogStore()
    engine().on('project.changed', (event) => {
      if (event.project === id.value) onProjectChanged(event.what).catch((thrown) => log.fail(thrown))
    })
    engine().onConnection((state, reason) => {
      connection.value = state
      connectionError.value = reason ?? null
      if (state === 'lost') {
        useJobsStore().clear()
        log.add('warning', reason?.message ?? 'The connection to the engine was lost.', reason)
      } else reconnected().catch((thrown) => log.fail(thrown))
    })
  }

  async function reconnected() {
    const path = project.value?.path ?? sessionStorage.getItem(PROJECT_KEY)
    await Promise.all([loadStart(), useJobsStore().load()])
    if (path === null) return
    if (project.value === null) {
      if (!(await open(path))) sessionStorage.removeItem(PROJECT_KEY)
      return
    }
    project.value = await engine().call.projects.open({ path })
    await useRunsStore().load()
    await useModelStore().flush()
  }

  return {
    project,
    id,
    datasets,
    templates,
    recent,
    busy,
    error,
    connection,
    connectionError,
    openId,
    loadStart,
    open,
    create,
    close,
    refresh,
    rename,
    forget,
    loadDataset,
    setDataset,
    listen,
  }
})
