import { nextTick } from 'vue'
import { type Command, registerCommands } from '../../services/commands.ts'
import { chooseProjectToCreate, chooseProjectToOpen, hasDialogs } from '../../services/files.ts'
import { useJobsStore } from '../../services/jobs.store.ts'
import { useLogStore } from '../../services/log.store.ts'
import { useModelStore } from '../../services/model.store.ts'
import { useNavigationStore } from '../../services/navigation.store.ts'
import { useProfileStore } from '../../services/profile.store.ts'
import { useProjectStore } from '../../services/project.store.ts'
import { useSettingsStore } from '../../services/settings.store.ts'
import { views } from '../views.ts'
import { themes } from './themes.ts'

/** Commands that are there in every view. Views register theirs while they are shown. */
export function registerStudioCommands(): void {
  registerCommands(...applicationCommands(), ...projectCommands(), ...navigationCommands(), ...runCommands())
}

function isOpen(): boolean {
  return useProjectStore().project !== null
}

/** Runs something that may fail and tells of it where there is no better place. */
function telling(work: () => Promise<unknown>): () => void {
  return () => void work().catch((thrown) => useLogStore().fail(thrown))
}

function applicationCommands(): Command[] {
  const settings = useSettingsStore()
  return [
    {
      id: 'app.palette',
      title: 'Search or run a command',
      group: 'Studio',
      shortcuts: ['Mod+K', 'Mod+Shift+P'],
      hidden: true,
      run: () => {
        const navigation = useNavigationStore()
        navigation.paletteOpen = !navigation.paletteOpen
      },
    },
    {
      id: 'app.shortcuts',
      title: 'Keyboard shortcuts',
      group: 'Studio',
      keywords: 'keys help',
      shortcuts: ['F1'],
      run: () => {
        useNavigationStore().shortcutsOpen = true
      },
    },
    ...themes.map((theme) => ({
      id: `app.theme.${theme.id}`,
      title: `Theme: ${theme.label}`,
      group: 'Studio',
      keywords: 'dark light colour appearance',
      run: () => settings.setTheme(theme.id),
    })),
    {
      id: 'app.toggleBottom',
      title: 'Show or hide the bottom panel',
      group: 'Studio',
      keywords: 'problems live log',
      shortcuts: ['Mod+J'],
      enabled: isOpen,
      run: () => {
        const open = settings.remembered('bottom.open', false)
        open.value = !open.value
      },
    },
  ]
}

function projectCommands(): Command[] {
  const project = useProjectStore()
  return [
    {
      id: 'project.new',
      title: 'New project',
      group: 'Project',
      shortcuts: ['Mod+N'],
      run: telling(() => leaveTo('new')),
    },
    {
      id: 'project.open',
      title: 'Open a project',
      group: 'Project',
      shortcuts: ['Mod+O'],
      run: telling(async () => {
        if (!hasDialogs()) return leaveTo('open')
        const path = await chooseProjectToOpen()
        if (path !== null && !(await project.open(path))) throw openError()
      }),
    },
    {
      id: 'project.close',
      title: 'Close the project',
      group: 'Project',
      shortcuts: ['Mod+W'],
      enabled: isOpen,
      run: telling(() => project.close()),
    },
  ]
}

function openError() {
  return new Error(useProjectStore().error?.message ?? 'The project could not be opened.')
}

/** The start page has the forms for new and open; with native dialogs a new project needs only a path. */
async function leaveTo(form: 'new' | 'open'): Promise<void> {
  const project = useProjectStore()
  if (form === 'new' && hasDialogs()) {
    const path = await chooseProjectToCreate('untitled.lamina')
    if (path !== null && !(await project.create(path, null))) throw openError()
    return
  }
  if (project.project) await project.close()
  await nextTick()
  document.querySelector<HTMLElement>(`[data-testid="start-${form}"]`)?.click()
}

function navigationCommands(): Command[] {
  const navigation = useNavigationStore()
  return views.map((view, index) => ({
    id: `nav.${view.id}`,
    title: `Go to ${view.label}`,
    group: 'View',
    keywords: view.title,
    // Browsers keep Ctrl and a digit for their tabs.
    shortcuts: [`Mod+${index + 1}`, `Alt+${index + 1}`],
    enabled: isOpen,
    run: () => navigation.go(view.id),
  }))
}

function runCommands(): Command[] {
  const jobs = useJobsStore()
  const model = useModelStore()
  return [
    {
      id: 'run.start',
      title: 'Start training',
      group: 'Run',
      keywords: 'fit learn',
      shortcuts: ['Mod+Enter'],
      enabled: () => isOpen() && model.id !== null && model.errorCount === 0 && jobs.training === null,
      run: telling(async () => {
        await jobs.startTraining()
        useNavigationStore().go('train')
      }),
    },
    {
      id: 'run.profile',
      title: 'Profile a training step',
      group: 'Run',
      keywords: 'time speed op layer flops peak memory bandwidth',
      enabled: () => isOpen() && model.id !== null && model.errorCount === 0,
      run: telling(() => useProfileStore().take()),
    },
    {
      id: 'run.pause',
      title: 'Pause or resume',
      group: 'Run',
      enabled: () => jobs.foremost?.state === 'running' || jobs.foremost?.state === 'paused',
      run: telling(async () => {
        const job = jobs.foremost
        if (job) await (job.state === 'paused' ? jobs.resume(job.id) : jobs.pause(job.id))
      }),
    },
    {
      id: 'run.stop',
      title: 'Stop',
      group: 'Run',
      shortcuts: ['Mod+.'],
      enabled: () => jobs.foremost !== null,
      run: telling(async () => {
        if (jobs.foremost) await jobs.stop(jobs.foremost.id)
      }),
    },
  ]
}
