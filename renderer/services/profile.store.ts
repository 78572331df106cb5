import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ErrorDetails } from '../../engine/base/errors.ts'
import type { StepProfile } from '../../engine/compile/step-profile.ts'
import { detailsOf, engine } from './engine.ts'
import { refuseInvalidDrafts } from './invalid-drafts.ts'
import { useJobsStore } from './jobs.store.ts'
import { useModelStore } from './model.store.ts'
import { useProjectStore } from './project.store.ts'
import { useSettingsStore } from './settings.store.ts'

interface Profiled {
  profile: StepProfile
  model: string
  modelName: string
  revision: number
}

/** Where the time of a training step goes: the last profile that was taken, and taking one. */
export const useProfileStore = defineStore('profile', () => {
  const last = shallowRef<Profiled | null>(null)
  const running = ref(false)
  const failure = shallowRef<ErrorDetails | null>(null)

  /** The last profile, while its model is open. */
  const shown = computed(() => (last.value?.model === useModelStore().id ? last.value : null))
  /** The model was changed since. */
  const outdated = computed(() => shown.value !== null && shown.value.revision !== useModelStore().record?.revision)
  const job = computed(() => useJobsStore().active.find(({ kind }) => kind === 'profile') ?? null)

  /** Shows the panel. */
  function show() {
    const settings = useSettingsStore()
    settings.remembered('bottom.tab', 'problems').value = 'profile'
    settings.remembered('bottom.open', false).value = true
  }

  /** Saves the model, times some of its steps and shows the result in the bottom panel. */
  async function take() {
    if (running.value) return
    show()
    running.value = true
    failure.value = null
    try {
      refuseInvalidDrafts()
      const model = useModelStore()
      await model.flush()
      const { id, name = '', revision = 0 } = model.record ?? {}
      if (id === undefined) return
      const profile = await engine().call.models.profile({ project: useProjectStore().openId(), model: id })
      last.value = { profile, model: id, modelName: name, revision }
    } catch (thrown) {
      const details = detailsOf(thrown)
      if (details.code !== 'profile.stopped') failure.value = details
    } finally {
      running.value = false
    }
  }

  return { shown, running, failure, outdated, job, show, take }
})
