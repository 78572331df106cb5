import { join } from 'node:path'
import { app, BrowserWindow, nativeTheme, screen } from 'electron'
import { type DesktopState, visibleBounds } from './desktop-state.ts'
import { pageUrl } from './security.ts'

const defaultSize = { width: 1440, height: 900 }
const maximumReloads = 3

/** Colour behind the page until it has drawn, so that a dark studio does not flash white. */
function backgroundColor(): string {
  return nativeTheme.shouldUseDarkColors ? '#16181c' : '#fbfbfc'
}

export interface WindowOptions {
  state: DesktopState
  preload: string
  remoteEngine: boolean
  onPlaceChanged(place: Pick<DesktopState, 'bounds' | 'maximized'>): void
}

/** Opens the studio's window: sandboxed, isolated, where it was last time. */
export function createWindow(options: WindowOptions): BrowserWindow {
  const areas = screen.getAllDisplays().map((display) => display.workArea)
  const bounds = visibleBounds(options.state.bounds, areas)
  const window = new BrowserWindow({
    ...defaultSize,
    ...bounds,
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: app.getName(),
    backgroundColor: backgroundColor(),
    icon: process.platform === 'linux' ? join(app.getAppPath(), 'resources', 'icon.png') : undefined,
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      backgroundThrottling: false,
      additionalArguments: [`--lamina-version=${app.getVersion()}`, `--lamina-remote=${options.remoteEngine ? 1 : 0}`],
    },
  })
  if (options.state.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())

  const keepPlace = () => {
    if (!window.isDestroyed())
      options.onPlaceChanged({ bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  }
  for (const event of ['resized', 'moved', 'maximize', 'unmaximize', 'close'] as const)
    window.on(event as 'resized', keepPlace)

  let reloads = 0
  window.webContents.on('render-process-gone', (_event, details) => {
    // Runs go on in the engine, so a page that died is simply shown again.
    if (details.reason === 'clean-exit' || reloads >= maximumReloads) return
    reloads += 1
    window.reload()
  })
  void window.loadURL(pageUrl())
  return window
}
