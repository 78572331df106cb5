import { join } from 'node:path'
import {
  app,
  type BrowserWindow,
  dialog,
  ipcMain,
  MessageChannelMain,
  type MessagePortMain,
  nativeTheme,
  session,
} from 'electron'
import { channels } from './channels.ts'
import { parseDesktopArguments, refuseEngineAddress } from './command-line.ts'
import { type DesktopState, readDesktopState, withRecent, writeDesktopState } from './desktop-state.ts'
import { confirmClose, registerDialogs } from './dialogs.ts'
import { launchEngine } from './engine-launcher.ts'
import { EngineProcess } from './engine-process.ts'
import { installMenu } from './menu.ts'
import { connectRemoteEngine } from './remote-engine.ts'
import { blockNetwork, denyPermissions, hardenPages, isTrustedSender, registerScheme, servePage } from './security.ts'
import { createWindow } from './window.ts'

const appPath = app.getAppPath()
const request = parseDesktopArguments(process.argv.slice(1), process.cwd())

if (process.env.LAMINA_USER_DATA) app.setPath('userData', process.env.LAMINA_USER_DATA)
const stateFile = join(app.getPath('userData'), 'desktop.json')
let state: DesktopState = readDesktopState(stateFile)

let window: BrowserWindow | undefined
/** Projects that were asked for before the page listened. */
const toOpen: string[] = request.project ? [request.project] : []
let pageListens = false
let closing: 'no' | 'asking' | 'agreed' = 'no'

const engine = new EngineProcess({
  launch: (listener) =>
    launchEngine(
      join(__dirname, 'engine-host.cjs'),
      {
        userData: app.getPath('userData'),
        resources: app.isPackaged ? join(process.resourcesPath, 'resources') : join(appPath, 'resources'),
        documents: app.getPath('documents'),
      },
      listener,
    ),
  onState: (engineState) => sendToPage(channels.engineState, engineState),
})

function sendToPage(channel: string, payload: unknown): void {
  if (window && !window.isDestroyed()) window.webContents.send(channel, payload)
}

function remember(change: Partial<DesktopState>): void {
  state = { ...state, ...change }
  writeDesktopState(stateFile, state)
}

function openProject(path: string): void {
  if (pageListens) sendToPage(channels.projectToOpen, path)
  else toOpen.push(path)
}

function showMenu(): void {
  installMenu({
    command: (id) => sendToPage(channels.command, id),
    openProject,
    recent: state.recent,
    clearRecent: () => {
      app.clearRecentDocuments()
      remember({ recent: [] })
      showMenu()
    },
  })
}

function isDocument(value: unknown): value is { path: string; name: string } {
  if (typeof value !== 'object' || value === null) return false
  const { path, name } = value as { path?: unknown; name?: unknown }
  return typeof path === 'string' && path.length < 4096 && typeof name === 'string' && name.length < 1000
}

function listenToPage(): void {
  ipcMain.on(channels.connectEngine, (event) => {
    if (!isTrustedSender(event)) return
    const join = (connect: (port: () => MessagePortMain) => boolean) => {
      const { port1, port2 } = new MessageChannelMain()
      if (connect(() => port1)) event.sender.postMessage(channels.enginePort, null, [port2])
    }
    const address = request.engine
    if (address === null) {
      join((port) => engine.connect(port))
      event.sender.send(channels.engineState, engine.state)
    } else
      join((port) => {
        connectRemoteEngine(address, port())
        return true
      })
  })
  ipcMain.on(channels.ready, (event) => {
    if (!isTrustedSender(event)) return
    pageListens = true
    for (const path of toOpen.splice(0)) sendToPage(channels.projectToOpen, path)
  })
  ipcMain.on(channels.document, (event, document: unknown) => {
    if (!isTrustedSender(event) || !window) return
    if (!isDocument(document)) {
      window.setTitle(app.getName())
      window.setRepresentedFilename('')
      return
    }
    window.setTitle(`${document.name} - ${app.getName()}`)
    window.setRepresentedFilename(document.path)
    app.addRecentDocument(document.path)
    remember({ recent: withRecent(state.recent, document.path) })
    showMenu()
  })
  registerDialogs(() => window)
}

/** Asks when work goes on, then lets the engine write its checkpoints, then ends the program. */
async function close(asked: BrowserWindow): Promise<void> {
  if (closing === 'asking') return
  closing = 'asking'
  const jobs = request.engine ? [] : await engine.activeJobs()
  if (jobs.length > 0 && !(await confirmClose(asked, jobs))) {
    closing = 'no'
    return
  }
  closing = 'agreed'
  if (!asked.isDestroyed()) asked.hide()
  await engine.shutdown()
  app.quit()
}

function openWindow(): void {
  pageListens = false
  window = createWindow({
    state,
    preload: join(appPath, 'out', 'preload', 'preload.cjs'),
    remoteEngine: request.engine !== null,
    onPlaceChanged: remember,
  })
  const opened = window
  opened.webContents.on('did-start-loading', () => {
    pageListens = false
  })
  opened.on('close', (event) => {
    if (closing === 'agreed') return
    event.preventDefault()
    void close(opened)
  })
  opened.on('closed', () => {
    window = undefined
  })
}

function focusWindow(): void {
  if (!window) return
  if (window.isMinimized()) window.restore()
  window.focus()
}

async function run(): Promise<void> {
  await app.whenReady()
  const refusal = request.engine === null ? null : refuseEngineAddress(request.engine)
  if (refusal) {
    dialog.showErrorBox('Lamina cannot use this engine', refusal)
    app.exit(2)
    return
  }
  nativeTheme.themeSource = 'system'
  servePage(session.defaultSession, join(appPath, 'out', 'renderer'))
  denyPermissions(session.defaultSession)
  blockNetwork(session.defaultSession)
  listenToPage()
  if (!request.engine) engine.start()
  showMenu()
  openWindow()
}

registerScheme()
hardenPages()
if (!app.requestSingleInstanceLock()) app.quit()
else {
  app.on('second-instance', (_event, argv, workingFolder) => {
    const { project } = parseDesktopArguments(argv.slice(1), workingFolder)
    if (project) openProject(project)
    focusWindow()
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    openProject(path)
    focusWindow()
  })
  app.on('window-all-closed', () => app.quit())
  app.on('before-quit', (event) => {
    if (closing === 'agreed' || !window) return
    event.preventDefault()
    void close(window)
  })
  void run()
}
