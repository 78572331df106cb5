import { defineStore } from 'pinia'
import { computed, ref, type WritableComputedRef, watch } from 'vue'
import type { Json } from '../../engine/base/json.ts'
import type { AppInfo, AppSettings } from '../../engine/rpc/contract/app.ts'
import { engine } from './engine.ts'
import { useLogStore } from './log.store.ts'

export type Theme = AppSettings['theme']

/** What a literal stands for: the type of its later values. */
type Widened<T> = T extends boolean ? boolean : T extends number ? number : T extends string ? string : T

const SAVE_MILLISECONDS = 400

/** Theme, threads, panel sizes: what belongs to the user and not to a project. */
export const useSettingsStore = defineStore('settings', () => {
  const theme = ref<Theme>('system')
  const threads = ref(0)
  const view = ref<Record<string, Json>>({})
  const info = ref<AppInfo | null>(null)
  const systemDark = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  const shownTheme = computed(() => (theme.value === 'system' ? (systemDark.value ? 'dark' : 'light') : theme.value))

  function watchSystem() {
    const query = window.matchMedia('(prefers-color-scheme: dark)')
    systemDark.value = query.matches
    query.addEventListener('change', () => {
      systemDark.value = query.matches
    })
    watch(shownTheme, (name) => document.documentElement.setAttribute('data-theme', name), { immediate: true })
  }

  async function load() {
    const [settings, appInfo] = await Promise.all([engine().call.app.settings({}), engine().call.app.info({})])
    theme.value = settings.theme
    threads.value = settings.threads
    view.value = { ...(settings.view as Record<string, Json>) }
    info.value = appInfo
  }

  function save() {
    clearTimeout(timer)
    timer = setTimeout(() => {
      const settings = { theme: theme.value, threads: threads.value, view: view.value }
      engine()
        .call.app.updateSettings(settings)
        .catch((thrown: unknown) => useLogStore().add('warning', `Settings were not saved: ${String(thrown)}`))
    }, SAVE_MILLISECONDS)
  }

  function setTheme(value: Theme) {
    theme.value = value
    save()
  }

  function setThreads(value: number) {
    threads.value = value
    save()
  }

  /** A remembered piece of view state: a panel's width, the open tab, a sort order. */
  function remembered<T extends Json>(key: string, initial: T): WritableComputedRef<Widened<T>> {
    return computed({
      get: () => (view.value[key] ?? initial) as Widened<T>,
      set: (value: Widened<T>) => {
        if (view.value[key] === value) return
        view.value = { ...view.value, [key]: value }
        save()
      },
    })
  }

  return { theme, threads, info, shownTheme, watchSystem, load, setTheme, setThreads, remembered }
})
