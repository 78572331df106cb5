import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Json } from '../../engine/base/json.ts'
import type { Job } from '../../engine/rpc/contract/common.ts'
import type { TrainingProgress } from '../../engine/rpc/contract/training.ts'
import { engine } from './engine.ts'
import { refuseInvalidDrafts } from './invalid-drafts.ts'
import { useLogStore } from './log.store.ts'
import { useModelStore } from './model.store.ts'
import { useNavigationStore } from './navigation.store.ts'
import { useProjectStore } from './project.store.ts'

export function isActive(job: Job): boolean {
  return job.state === 'queued' || job.state === 'running' || job.state === 'paused'
}

/** Long work: what runs, how far it is, and starting, pausing and stopping it. */
export const useJobsStore = defineStore('jobs', () => {
  const byId = shallowRef<Readonly<Record<string, Job>>>({})
  const progress = shallowRef<Readonly<Record<string, TrainingProgress>>>({})

  const list = computed(() => Object.values(byId.value).filter((job) => job.project === useProjectStore().id))
  const active = computed(() => list.value.filter(isActive))
  /** The training run the top bar shows; other jobs have their own views. */
  const training = computed(() => active.value.find((job) => job.kind === 'training') ?? null)
  /** What the top bar shows: the training, else whatever runs. */
  const foremost = computed(() => training.value ?? active.value[0] ?? null)

  async function load() {
    byId.value = Object.fromEntries((await engine().call.jobs.list({})).map((job) => [job.id, job]))
  }

  /** The engine is gone, and its jobs with it; their runs are shown as interrupted once it is back. */
  function clear() {
    byId.value = {}
    progress.value = {}
  }

  function put(job: Job) {
    const before = byId.value[job.id]
    byId.value = { ...byId.value, [job.id]: job }
    if (job.project !== useProjectStore().id || (before && before.state === job.state)) return
    if (job.state === 'failed') useLogStore().add('error', `${job.title} failed`, job.error ?? undefined)
    else if (!isActive(job)) useLogStore().add('info', `${job.title} ${job.state}`)
  }

  /** Saves the model and trains it. Rejects when the model has errors; `set` overrides as on the command line. */
  async function startTraining(set?: Record<string, Json>): Promise<{ job: string; run: string }> {
    refuseInvalidDrafts()
    const model = useModelStore()
    await model.flush()
    const project = useProjectStore().openId()
    const started = await engine().call.training.start({ project, model: model.id ?? '', set: set as never })
    useNavigationStore().run = started.run
    return started
  }

  function resumeRun(run: string): Promise<{ job: string; run: string }> {
    useNavigationStore().run = run
    return engine().call.training.resume({ project: useProjectStore().openId(), run })
  }

  async function pause(job: string) {
    put(await engine().call.jobs.pause({ job }))
  }

  async function resume(job: string) {
    put(await engine().call.jobs.resume({ job }))
  }

  async function stop(job: string) {
    put(await engine().call.jobs.stop({ job }))
  }

  function listen() {
    engine().on('job.changed', put)
    engine().on('run.progress', (event) => {
      if (event.project === useProjectStore().id) progress.value = { ...progress.value, [event.run]: event }
    })
  }

  return {
    byId,
    list,
    active,
    training,
    foremost,
    progress,
    load,
    clear,
    startTraining,
    resumeRun,
    pause,
    resume,
    stop,
    listen,
  }
})
