import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, root, test } from '../../support/e2e.ts'
import { Studio } from '../../support/e2e-studio.ts'

test('shows the start page with every template, accessible by keyboard and screen reader', async ({ page }) => {
  const studio = new Studio(page)
  for (const id of ['iris', 'wine', 'breast-cancer', 'digits', 'digits-cnn', 'diabetes', 'xor'])
    await expect(studio.id(`template-${id}`)).toBeVisible()
  expect(await studio.accessibilityFindings()).toEqual([])
  await studio.photograph('start-dark')
  await page.keyboard.press('Tab')
  await expect(page.locator(':focus-visible')).toHaveCount(1)
})

test('keeps the token out of the address bar and lives through a reload', async ({ page }) => {
  const studio = new Studio(page)
  await expect(studio.id('template-iris')).toBeVisible()
  expect(page.url()).not.toContain('token')
  await page.reload()
  await expect(studio.id('template-iris')).toBeVisible()
})

test('refuses a page without the token', async ({ studio, chromiumBrowser }) => {
  const stranger = await chromiumBrowser.newPage()
  await stranger.goto(new URL(studio.url).origin)
  const refused = await stranger.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const socket = new WebSocket(`ws://${location.host}/rpc?token=guess`)
        socket.onopen = () => resolve(false)
        socket.onerror = () => resolve(true)
      }),
  )
  expect(refused).toBe(true)
  await stranger.close()
})

test('says what is wrong with a file that is no project, and opens nothing', async ({ page, workplace }) => {
  const studio = new Studio(page)
  await studio.id('start-open').click()
  await studio.id('project-path').fill(workplace.path('nothing.lamina'))
  await studio.id('path-submit').click()
  const notice = studio.id('error-notice')
  await expect(notice).toContainText('store.file-missing')
  await expect(notice).toContainText('nothing.lamina')
  expect(existsSync(workplace.path('nothing.lamina'))).toBe(false)
  await expect(studio.id('start-page')).toBeVisible()
})

test('npm start says why there is no window and serves the studio instead', async ({ workplace }) => {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...env } = process.env
  const child = spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], {
    cwd: workplace.folder,
    env: { ...env, LAMINA_USER_DATA: workplace.path('user-data') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line)
    if (line.includes('http://127.0.0.1:')) break
  }
  expect(lines.join('\n')).toContain('There is no display here')
  const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(lines.at(-1) ?? '') ?? []
  expect(await fetch(address ?? '').then((answer) => answer.status)).toBe(200)
  child.kill('SIGTERM')
  await ended
})
