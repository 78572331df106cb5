import { existsSync } from 'node:fs'
import { expect, test } from '../../support/e2e.ts'
import { Studio } from '../../support/e2e-studio.ts'

test('shows the start page with every template, accessible by keyboard and screen reader', async ({ page }) => {
  const studio = new Studio(page)
  for (const id of ['iris', 'wine', 'breast-cancer', 'digits', 'diabetes', 'xor'])
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
