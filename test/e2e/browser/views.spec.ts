import { writeFileSync } from 'node:fs'
import { expect, test } from '../../support/e2e.ts'
import { Studio, type ViewName } from '../../support/e2e-studio.ts'

const views: readonly ViewName[] = ['data', 'model', 'train', 'evaluate', 'tune', 'runs', 'export']

test('looks right and is accessible in every view, dark and light', async ({ page, workplace }) => {
  const studio = new Studio(page)
  await studio.createFrom('iris', workplace.path('iris.lamina'))
  await studio.id('top-train').click()
  await studio.go('train')
  await expect(studio.id('train-status')).toHaveText('completed')
  await studio.id('train-evaluate').click()
  await studio.id('evaluate-start').click()
  await expect(studio.id('report')).toBeVisible()
  const findings: string[] = []
  for (const theme of ['dark', 'light']) {
    await studio.id('theme-menu').click()
    await studio.id(`theme-${theme}`).click()
    for (const view of views) {
      await studio.go(view)
      await expect(studio.id(`view-${view}`)).toBeVisible()
      // Charts and tables draw in the next frames; nothing may still move on the picture.
      await page.waitForLoadState('networkidle')
      if (view === 'model') {
        await studio.node('hidden_1').click()
        await expect(studio.id('inspector-param-units')).toBeVisible()
      }
      await studio.photograph(`${view}-${theme}`)
      for (const finding of await studio.accessibilityFindings()) findings.push(`${view} ${theme}: ${finding}`)
    }
  }
  expect(findings).toEqual([])
})

test('sweeps a hyperparameter, ranks the trials and takes the best over into the model', async ({
  page,
  workplace,
}) => {
  const studio = new Studio(page)
  await studio.createFrom('iris', workplace.path('iris.lamina'))
  await studio.go('tune')
  await studio.choose('space-add', 'hidden_1.units')
  await studio.type(studio.id('space-values-0'), '2, 16')
  await expect(studio.id('sweep-estimate')).toContainText('2')
  await studio.id('sweep-start').click()
  await expect(studio.id('sweep-state')).toHaveText('completed')
  await expect(studio.id('best-trial')).toBeVisible()
  await studio.photograph('tune-trials')
  await studio.id('sweep-apply').click()
  await studio.go('model')
  await expect(studio.node('hidden_1').getByTestId('node-shape')).toHaveText(/N x (2|16)/)
})

test('imports a table, and shows a ragged one its line without losing the one before', async ({ page, workplace }) => {
  const studio = new Studio(page)
  await studio.createFrom('iris', workplace.path('iris.lamina'))
  await studio.go('data')
  writeFileSync(workplace.path('ragged.csv'), 'a,b,label\n1,2,x\n3,4\n5,6,y\n')
  await studio.id('import-file').setInputFiles(workplace.path('ragged.csv'))
  const notice = studio.id('error-notice').filter({ hasText: 'data.ragged-row' })
  await expect(notice).toBeVisible()
  await expect(notice).toContainText('3')
  await expect(studio.id('column-role-species')).toBeVisible()

  const rows = Array.from({ length: 40 }, (_, row) => `${row},${row % 7},${row % 2 ? 'yes' : 'no'}`)
  writeFileSync(workplace.path('good.csv'), `a,b,label\n${rows.join('\n')}\n`)
  await studio.id('import-file').setInputFiles(workplace.path('good.csv'))
  await expect(studio.id('column-role-label')).toBeVisible()

  await page.getByRole('combobox', { name: 'Missing cells of label' }).click()
  await page.locator('[role=option][data-value=most-frequent]').click()
  await page.setViewportSize({ width: 1100, height: 700 })
  await expect(studio.id('columns-table').getByRole('columnheader', { name: 'Empty' })).toBeVisible()
  const chosen = studio.id('columns-table').locator('[role=combobox] > span')
  await expect(chosen.filter({ hasText: 'most frequent' })).toHaveCount(1)
  const cut = (spans: Element[]) => spans.filter((span) => span.scrollWidth > span.clientWidth).map((span) => span.textContent) // biome-ignore format: one sentence
  expect(await chosen.evaluateAll(cut)).toEqual([])
})
