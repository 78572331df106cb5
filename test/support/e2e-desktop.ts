import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test'
import { Complaints, makeWorkplace, root, type Workplace } from './e2e.ts'

/** The Electron the tests were given; see scripts/test.mjs. */
function executable(): string {
  const { ELECTRON_EXEC_PATH, ELECTRON_OVERRIDE_DIST_PATH } = process.env
  if (ELECTRON_EXEC_PATH) return ELECTRON_EXEC_PATH
  if (ELECTRON_OVERRIDE_DIST_PATH) return join(ELECTRON_OVERRIDE_DIST_PATH, 'electron')
  throw new Error('Name an Electron in ELECTRON_EXEC_PATH, or run `npm test -- desktop`, which finds one.')
}

export interface Desktop {
  readonly app: ElectronApplication
  readonly page: Page
  /** Answers the next dialogs: the path a file dialog returns (null: cancelled), the button of a message box. */
  answerDialogs(answers: { open?: string | null; save?: string | null; button?: number }): Promise<void>
  /** The message boxes shown so far. */
  questions(): Promise<{ message: string; detail: string; buttons: string[] }[]>
  /** Asks the window to close, as its cross does. */
  closeWindow(): Promise<void>
  /** Resolves with the exit code when the program has ended. */
  readonly ended: Promise<number | null>
  /** Process id of the engine, undefined while there is none (Linux only). */
  enginePid(): number | undefined
}

/** The engine among the children of `parent`: a forked Node, or Electron's utility process. */
function enginePidOf(parent: number): number | undefined {
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
      const owner = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1])
      if (owner === parent && /engine-host\.cjs|node\.mojom\.NodeService/.test(command)) return Number(entry)
    } catch {
      // Processes end while one reads.
    }
  }
  return undefined
}

/** What every start of the desktop program is given. */
function startOptions(workplace: Workplace, args: readonly string[]) {
  return {
    args: ['--no-sandbox', '--disable-gpu', root, ...args],
    cwd: workplace.folder,
    env: {
      ...(process.env as Record<string, string>),
      LAMINA_USER_DATA: workplace.path('user-data'),
      HOME: workplace.folder,
    },
  }
}

/** Starts the program a second time, as opening a document does; resolves with its exit code. */
export function startAgain(workplace: Workplace, path: string): Promise<number | null> {
  const { args, ...options } = startOptions(workplace, [path])
  const child = spawn(executable(), args, { ...options, stdio: 'ignore' })
  return new Promise((resolve, reject) => {
    child.once('exit', resolve)
    child.once('error', reject)
  })
}

/**
 * Playwright attaches to Electron's inspector while the program is starting already; now and then it comes too late and waits
 * for ever for a program that runs. It is then started again.
 */
async function launch(workplace: Workplace, args: readonly string[]): Promise<ElectronApplication> {
  for (let attempt = 1; ; attempt += 1)
    try {
      const options = { executablePath: executable(), timeout: 12_000, ...startOptions(workplace, args) }
      return await _electron.launch(options)
    } catch (error) {
      if (attempt === 4) throw error
    }
}

/** Starts the built studio in Electron with user data of its own. */
export async function launchDesktop(workplace: Workplace, args: readonly string[] = []): Promise<Desktop> {
  const app = await launch(workplace, args)
  const ended = new Promise<number | null>((resolve) => app.process().once('exit', (code) => resolve(code)))
  const page = await app.firstWindow()
  return {
    app,
    page,
    ended,
    answerDialogs: (answers) =>
      app.evaluate(({ dialog }, { open, save, button }) => {
        const asked = globalThis as { questions?: unknown[] }
        asked.questions ??= []
        dialog.showOpenDialog = async () => ({ canceled: !open, filePaths: open ? [open] : [] })
        dialog.showSaveDialog = async () => ({ canceled: !save, filePath: save ?? '' })
        dialog.showMessageBox = async (...given: unknown[]) => {
          asked.questions?.push(given.at(-1))
          return { response: button ?? 0, checkboxChecked: false }
        }
      }, answers),
    questions: () =>
      app.evaluate(() => (globalThis as { questions?: unknown[] }).questions ?? []) as ReturnType<Desktop['questions']>,
    // The window may be gone before the call returns.
    closeWindow: () =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => undefined),
    enginePid: () => enginePidOf(app.process().pid ?? 0),
  }
}

interface Fixtures {
  workplace: Workplace
  desktop: Desktop
  complaints: Complaints
}

/** The studio in its desktop window. A test fails when its page complains. */
export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a fixture needs from this pattern
  workplace: async ({}, use) => {
    const workplace = makeWorkplace()
    await use(workplace)
    workplace.remove()
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  complaints: async ({}, use) => {
    await use(new Complaints())
  },
  desktop: async ({ workplace, complaints }, use, info) => {
    const desktop = await launchDesktop(workplace)
    complaints.watch(desktop.page)
    await use(desktop)
    if (info.status !== info.expectedStatus)
      await desktop.page.screenshot({ path: info.outputPath('failure.png') }).catch(() => undefined)
    await desktop.answerDialogs({ button: 0 }).catch(() => undefined)
    await desktop.app.close()
    const left = complaints.take()
    if (left.length > 0) throw new Error(`The page complained:\n${left.join('\n')}`)
  },
})

export { expect } from '@playwright/test'
