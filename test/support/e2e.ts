import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Browser, test as base, type ConsoleMessage, chromium, type Page } from '@playwright/test'

export const root = join(import.meta.dirname, '..', '..')

/** Chromium flags for machines without a GPU and for root. */
const flags = ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb', '--font-render-hinting=none']

/** A folder of one test's own, removed afterwards. */
export interface Workplace {
  readonly folder: string
  path(name: string): string
}

export function makeWorkplace(): Workplace & { remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'lamina-e2e-'))
  return {
    folder,
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** What a page says that it should not: errors, and violations of its content policy. */
export class Complaints {
  readonly #found: string[] = []

  watch(page: Page): void {
    page.on('pageerror', (error) => this.#found.push(`error: ${error.message}`))
    page.on('console', (message: ConsoleMessage) => {
      if (message.type() === 'error' || /Content Security Policy/.test(message.text())) this.#found.push(message.text())
    })
  }

  /** What was found since the last time; those that match `expected` are left out. */
  take(expected?: RegExp): string[] {
    return this.#found.splice(0).filter((text) => !expected?.test(text))
  }
}

export interface ServedStudio {
  readonly url: string
  /** The process id of the server, which holds the engine. */
  readonly pid: number
  stop(): Promise<void>
}

/** Starts `lamina serve` on a free port with user data of its own; resolves when it says where it is. */
export async function serveStudio(workplace: Workplace): Promise<ServedStudio> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(root, 'scripts', 'lamina.mjs'), 'serve', '--port', '0', '--json'],
    {
      cwd: workplace.folder,
      env: { ...process.env, LAMINA_USER_DATA: workplace.path('user-data'), HOME: workplace.folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
    lines.on('line', (line) => {
      const event = JSON.parse(line) as { event: string; url?: string; message?: string }
      if (event.event === 'serving' && event.url) resolve(event.url)
      else if (event.event === 'error') reject(new Error(event.message))
    })
    child.once('exit', (code) => reject(new Error(`lamina serve ended with code ${code} before it served`)))
    child.once('error', reject)
  })
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Runs the command line and returns its last event. */
export function runCli(workplace: Workplace, ...args: string[]): Record<string, unknown> {
  const done = spawnSync(process.execPath, [join(root, 'scripts', 'lamina.mjs'), ...args, '--json'], {
    cwd: workplace.folder,
    env: { ...process.env, LAMINA_USER_DATA: workplace.path('cli-data') },
    encoding: 'utf8',
  })
  const last = done.stdout.trim().split('\n').at(-1) ?? ''
  if (done.status !== 0) throw new Error(`lamina ${args.join(' ')}: ${last || done.stderr}`)
  return JSON.parse(last) as Record<string, unknown>
}

interface Fixtures {
  workplace: Workplace
  studio: ServedStudio
  complaints: Complaints
  page: Page
}

interface WorkerFixtures {
  chromiumBrowser: Browser
}

/** A page of the served studio in a real Chromium. A test fails when its page complains. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  chromiumBrowser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a fixture needs from this pattern
    async ({}, use) => {
      const browser = await chromium.launch({
        executablePath: process.env.LAMINA_BROWSER ?? '/usr/bin/chromium',
        args: flags,
      })
      await use(browser)
      await browser.close()
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above
  workplace: async ({}, use) => {
    const workplace = makeWorkplace()
    await use(workplace)
    workplace.remove()
  },
  studio: async ({ workplace }, use) => {
    const studio = await serveStudio(workplace)
    await use(studio)
    await studio.stop()
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  complaints: async ({}, use) => {
    await use(new Complaints())
  },
  page: async ({ chromiumBrowser, studio, complaints }, use, info) => {
    const context = await chromiumBrowser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'dark',
      acceptDownloads: true,
    })
    const page = await context.newPage()
    complaints.watch(page)
    await page.goto(studio.url)
    await use(page)
    const failed = info.status !== info.expectedStatus
    if (failed) await page.screenshot({ path: info.outputPath('failure.png') }).catch(() => undefined)
    await context.close()
    const complaintsLeft = complaints.take()
    if (complaintsLeft.length > 0) throw new Error(`The page complained:\n${complaintsLeft.join('\n')}`)
  },
})

export { expect } from '@playwright/test'
