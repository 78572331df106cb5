import { createPinia } from 'pinia'
import { createApp } from 'vue'
import type { EngineClient } from '../engine/rpc/contract/index.ts'
import App from './App.vue'
import { registerStudioCommands } from './features/shell/studio-commands.ts'
import { handleShortcut, isTextField, runCommand } from './services/commands.ts'
import { setEngine } from './services/engine.ts'
import { useJobsStore } from './services/jobs.store.ts'
import { useLogStore } from './services/log.store.ts'
import { useModelStore } from './services/model.store.ts'
import { useProjectStore } from './services/project.store.ts'
import { useRunsStore } from './services/runs.store.ts'
import { useSettingsStore } from './services/settings.store.ts'

/** Puts the studio onto the page and joins it to the engine. */
export function mountStudio(client: EngineClient, selector: string): void {
  setEngine(client)
  const app = createApp(App)
  app.use(createPinia())
  const log = useLogStore()
  app.config.errorHandler = (thrown) => log.fail(thrown)
  window.addEventListener('unhandledrejection', (event) => {
    event.preventDefault()
    log.fail(event.reason)
  })

  const settings = useSettingsStore()
  settings.watchSystem()
  log.listen()
  useJobsStore().listen()
  useRunsStore().listen()
  useProjectStore().listen()
  client.onConnection((state) => {
    if (state === 'connected') settings.load().catch((thrown) => log.fail(thrown))
  })

  // What was changed within the last moments is sent before the page goes.
  window.addEventListener('pagehide', () => void useModelStore().flush())

  registerStudioCommands()
  window.addEventListener('keydown', handleShortcut)
  listenToDesktop()
  app.mount(selector)
}

/** Commands of the native menu and projects opened from the desktop. */
function listenToDesktop(): void {
  const desktop = window.lamina
  if (!desktop) return
  desktop.onCommand((id) => {
    const field = document.activeElement
    // A text field has its own undo, copy and delete; the menu's entry means those while one is in use.
    if (id.startsWith('edit.') && isTextField(field)) document.execCommand(id.slice('edit.'.length))
    else runCommand(id)
  })
  desktop.onOpenProject((path) => void useProjectStore().open(path))
}
