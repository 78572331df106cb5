// Finds what the window needs on this machine: an Electron runtime, a display, a browser.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const electronFolder = join(root, 'node_modules', 'electron')
const executable =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron'

/** Path of an Electron executable that is on this machine, or undefined. Nothing is downloaded. */
export function findElectron() {
  const candidates = []
  if (process.env.ELECTRON_EXEC_PATH) candidates.push(process.env.ELECTRON_EXEC_PATH)
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH)
    candidates.push(join(process.env.ELECTRON_OVERRIDE_DIST_PATH, executable))
  const pathFile = join(electronFolder, 'path.txt')
  if (existsSync(pathFile)) candidates.push(join(electronFolder, 'dist', readFileSync(pathFile, 'utf8').trim()))
  return candidates.find((path) => existsSync(path))
}

/** Lets the electron package fetch its binary; true when it is there afterwards. Gives up after `seconds`. */
export function downloadElectron(seconds) {
  const installer = join(electronFolder, 'install.js')
  if (!existsSync(installer)) return false
  spawnSync(process.execPath, [installer], {
    cwd: root,
    stdio: 'ignore',
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
  })
  return findElectron() !== undefined
}

/** True when a window can be shown: always on macOS and Windows, with an X or Wayland display elsewhere. */
export function hasDisplay() {
  if (process.platform === 'darwin' || process.platform === 'win32') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** Arguments Electron and Chromium need here: root has no sandbox on Linux. */
export function sandboxArguments() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

/** Path of `command` on the PATH, or undefined. */
export function onPath(command) {
  const found = spawnSync(process.platform === 'win32' ? 'where' : 'which', [command], { encoding: 'utf8' })
  return found.status === 0 ? found.stdout.split(/\r?\n/)[0]?.trim() || undefined : undefined
}

const installed = {
  linux: [
    'chromium',
    'chromium-browser',
    'google-chrome-stable',
    'google-chrome',
    'microsoft-edge-stable',
    'microsoft-edge',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) =>
    ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].map((path) =>
      join(process.env[name] ?? 'C:\\', path),
    ),
  ),
}

/** A browser of the Chromium family: LAMINA_BROWSER, Playwright's own, or the system's. */
export async function findBrowser() {
  if (process.env.LAMINA_BROWSER && existsSync(process.env.LAMINA_BROWSER)) return process.env.LAMINA_BROWSER
  const { chromium } = await import('@playwright/test')
  const own = chromium.executablePath()
  if (own && existsSync(own)) return own
  for (const candidate of installed[process.platform] ?? []) {
    const path = candidate.includes('/') || candidate.includes('\\') ? candidate : onPath(candidate)
    if (path && existsSync(path)) return path
  }
  return undefined
}
