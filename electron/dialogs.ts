import { join } from 'node:path'
import { app, type BrowserWindow, dialog, ipcMain, shell } from 'electron'
import type { SaveTarget } from '../engine/rpc/contract/desktop.ts'
import { channels } from './channels.ts'
import { isTrustedSender } from './security.ts'

const projectFilter = { name: 'Lamina project', extensions: ['lamina'] }
const dataFilters = [
  { name: 'Data', extensions: ['csv', 'tsv', 'txt', 'gz', 'data', 'npz', 'npy', 'idx'] },
  { name: 'All files', extensions: ['*'] },
]

/** A file name without folders or characters that a file system refuses. */
export function safeFileName(name: unknown, fallback: string): string {
  if (typeof name !== 'string') return fallback
  const cleaned = [...name]
    .filter((character) => character >= ' ' && !'\\/:*?"<>|'.includes(character))
    .join('')
    .replace(/^\.+/, '')
    .trim()
    .slice(0, 120)
  return cleaned || fallback
}

function isSaveTarget(value: unknown): value is SaveTarget {
  if (typeof value !== 'object' || value === null) return false
  const { title, suggestedName, filter } = value as Partial<SaveTarget>
  return (
    typeof title === 'string' &&
    typeof suggestedName === 'string' &&
    typeof filter?.name === 'string' &&
    Array.isArray(filter.extensions) &&
    filter.extensions.every((extension) => typeof extension === 'string' && /^[\w.-]{1,20}$/.test(extension))
  )
}

/** Answers the page's requests for file dialogs. Arguments are checked; a sender that is not our page gets nothing. */
export function registerDialogs(windowOf: () => BrowserWindow | undefined): void {
  const handle = (channel: string, answer: (window: BrowserWindow, argument: unknown) => Promise<string | null>) =>
    ipcMain.handle(channel, (event, argument: unknown) => {
      const window = windowOf()
      if (!window || !isTrustedSender(event)) throw new Error(`${channel}: refused`)
      return answer(window, argument)
    })

  handle(channels.openProject, async (window) => {
    const chosen = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: [projectFilter] })
    return chosen.canceled ? null : (chosen.filePaths[0] ?? null)
  })
  handle(channels.createProject, async (window, name) => {
    const file = safeFileName(name, 'untitled').replace(/(\.lamina)?$/i, '.lamina')
    const chosen = await dialog.showSaveDialog(window, {
      title: 'New project',
      defaultPath: join(app.getPath('documents'), file),
      filters: [projectFilter],
    })
    return chosen.canceled ? null : (chosen.filePath ?? null)
  })
  handle(channels.dataFile, async (window) => {
    const chosen = await dialog.showOpenDialog(window, { properties: ['openFile'], filters: dataFilters })
    return chosen.canceled ? null : (chosen.filePaths[0] ?? null)
  })
  handle(channels.saveTarget, async (window, target) => {
    if (!isSaveTarget(target))
      throw new Error(`${channels.saveTarget}: expected a title, a suggested name and a filter`)
    const chosen = await dialog.showSaveDialog(window, {
      title: target.title,
      defaultPath: join(app.getPath('documents'), safeFileName(target.suggestedName, 'export')),
      filters: [target.filter],
    })
    return chosen.canceled ? null : (chosen.filePath ?? null)
  })
  ipcMain.on(channels.showInFolder, (event, path: unknown) => {
    if (isTrustedSender(event) && typeof path === 'string' && path.length < 4096) shell.showItemInFolder(path)
  })
}

/** Asks what is to happen to the work that goes on. True: stop it (after a checkpoint) and close. */
export async function confirmClose(window: BrowserWindow, jobs: readonly { title: string }[]): Promise<boolean> {
  const many = jobs.length === 1 ? `"${jobs[0]?.title}" is still going on.` : `${jobs.length} jobs are still going on.`
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    title: 'Close Lamina',
    message: many,
    detail:
      'Closing stops it after a checkpoint. A training run can be resumed from there when the project is opened again.',
    buttons: ['Stop and Close', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  })
  return response === 0
}
