import { existsSync } from 'node:fs'
import { serveStudio } from '../../support/e2e.ts'
import { expect, launchDesktop, startAgain, test } from '../../support/e2e-desktop.ts'
import { Studio } from '../../support/e2e-studio.ts'

/** A project from a template, by way of the native dialog. */
async function createFrom(
  studio: Studio,
  desktop: { answerDialogs(answers: { save?: string }): Promise<void> },
  template: string,
  path: string,
): Promise<void> {
  await desktop.answerDialogs({ save: path })
  await studio.id(`template-${template}`).click()
  await expect(studio.id('project-menu')).toBeVisible()
}

async function trainForLong(studio: Studio): Promise<void> {
  await studio.go('train')
  await studio.type(studio.id('plan-epochs'), '1000000')
  await studio.id('train-start').click()
  await expect(studio.id('train-progress')).toContainText('epoch')
}

test('creates a project by the native dialog, trains it, evaluates it and exports it', async ({
  desktop,
  workplace,
}) => {
  const studio = new Studio(desktop.page)
  await createFrom(studio, desktop, 'iris', workplace.path('iris.lamina'))
  await expect.poll(() => desktop.page.title()).toContain('Lamina')
  await studio.id('top-train').click()
  await studio.go('train')
  await expect(studio.id('train-status')).toHaveText('completed')
  await studio.id('train-evaluate').click()
  await studio.id('evaluate-start').click()
  await expect(studio.id('report-accuracy')).toBeVisible()
  await studio.go('export')
  const file = workplace.path('iris.onnx')
  await studio.id('export-path').fill(file)
  await studio.id('export-run-button').click()
  await expect(studio.id('export-result')).toContainText('iris.onnx')
  expect(existsSync(file)).toBe(true)
})

test('gives the page no Node, no navigation, no new window and no way out', async ({ desktop, complaints }) => {
  const { page, app } = desktop
  await expect(page.getByTestId('start-page')).toBeVisible()
  expect(await page.evaluate(() => [typeof require, typeof process, typeof module])).toEqual([
    'undefined',
    'undefined',
    'undefined',
  ])
  expect(await page.evaluate(() => window.open('https://example.org/') === null)).toBe(true)
  await page.evaluate(() => {
    location.href = 'https://example.org/'
  })
  expect(
    await page.evaluate(() =>
      fetch('https://example.org/').then(
        () => 'reached',
        () => 'refused',
      ),
    ),
  ).toBe('refused')
  expect(await page.evaluate(() => fetch('app://lamina/../package.json').then((answer) => answer.status))).toBe(404)
  expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied')
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  expect(page.url()).toMatch(/^app:\/\/lamina\//)
  expect(complaints.take().length).toBeGreaterThan(0)
})

test('asks before it closes while training goes on, and loses nothing', async ({ workplace }) => {
  const path = workplace.path('iris.lamina')
  const first = await launchDesktop(workplace)
  const studio = new Studio(first.page)
  await createFrom(studio, first, 'iris', path)
  await trainForLong(studio)

  await first.answerDialogs({ button: 1 })
  await first.closeWindow()
  await expect.poll(async () => (await first.questions()).length).toBe(1)
  const [question] = await first.questions()
  expect(question?.buttons).toEqual(['Stop and Close', 'Cancel'])
  await expect(studio.id('train-status')).toHaveText('running')

  await first.answerDialogs({ button: 0 })
  await first.closeWindow()
  expect(await first.ended).toBe(0)
  // Closed in good order, a project is one file.
  expect(existsSync(`${path}-wal`)).toBe(false)

  const second = await launchDesktop(workplace, [path])
  const again = new Studio(second.page)
  await expect(again.id('project-menu')).toBeVisible()
  await again.go('train')
  await expect(again.id('train-status')).toHaveText('stopped')
  await again.id('train-resume').click()
  await expect(again.id('train-status')).toHaveText('running')
  await again.id('train-stop').click()
  await expect(again.id('train-status')).toHaveText('stopped')
  await second.app.close()
})

test('survives a killed engine: reconnects, shows the run as interrupted and resumes it', async ({
  desktop,
  workplace,
}) => {
  const studio = new Studio(desktop.page)
  await createFrom(studio, desktop, 'iris', workplace.path('iris.lamina'))
  await trainForLong(studio)
  const before = desktop.enginePid()
  if (before === undefined) throw new Error('no engine runs')
  process.kill(before, 'SIGKILL')
  await expect.poll(() => ![undefined, before].includes(desktop.enginePid())).toBe(true)
  await expect(studio.id('train-status')).toHaveText('interrupted')
  await studio.id('train-resume').click()
  await expect(studio.id('train-status')).toHaveText('running')
  await studio.id('train-stop').click()
  await expect(studio.id('train-status')).toHaveText('stopped')
})

test('hands a project that is opened a second time to the window that is there', async ({ desktop, workplace }) => {
  const studio = new Studio(desktop.page)
  const path = workplace.path('wine.lamina')
  await createFrom(studio, desktop, 'iris', path)
  await studio.id('project-menu').click()
  await studio.id('project-close').click()
  await expect(studio.id('start-page')).toBeVisible()
  expect(await startAgain(workplace, path)).toBe(0)
  await expect(studio.id('project-menu')).toBeVisible()
})

test('works with a served engine, through its address', async ({ workplace }) => {
  const served = await serveStudio(workplace)
  const desktop = await launchDesktop(workplace, ['--engine', served.url])
  const studio = new Studio(desktop.page)
  // Paths are the engine's, so the studio asks for them in a form.
  await studio.createFrom('xor', workplace.path('far.lamina'))
  await studio.id('top-train').click()
  await studio.go('train')
  await expect(studio.id('train-status')).toHaveText('completed')
  expect(desktop.enginePid()).toBeUndefined()
  await desktop.app.close()
  await served.stop()
})
