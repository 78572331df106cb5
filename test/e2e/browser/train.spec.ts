import { readFileSync, statSync } from 'node:fs'
import { expect, runCli, test } from '../../support/e2e.ts'
import { Studio } from '../../support/e2e-studio.ts'

test('trains, pauses, continues, stops and resumes by mouse', async ({ page, workplace }) => {
  const studio = new Studio(page)
  await studio.createFrom('iris', workplace.path('iris.lamina'))
  await studio.go('train')
  await studio.type(studio.id('plan-epochs'), '100000')
  await studio.id('train-start').click()
  await expect(studio.id('train-progress')).toContainText('epoch')
  await expect(studio.id('train-status')).toHaveText('running')

  await studio.id('train-pause').click()
  await expect(studio.id('train-status')).toHaveText('paused')
  await expect(studio.id('train-progress')).toContainText('paused')
  const held = await studio.id('train-progress').textContent()
  await studio.go('data')
  await studio.go('train')
  expect(await studio.id('train-progress').textContent()).toBe(held)

  await studio.id('train-continue').click()
  await expect(studio.id('train-status')).toHaveText('running')
  expect(await studio.clickAndTime('train-stop', 'train-status', 'stopped')).toBeLessThan(1000)

  await studio.id('train-resume').click()
  await expect(studio.id('train-status')).toHaveText('running')
  // Train, pause and stop are in reach from every view.
  await studio.go('runs')
  await studio.id('top-stop').click()
  await expect(studio.id('top-train')).toBeVisible()
})

test('shows the same figures as the command line for the same project and seed', async ({ page, workplace }) => {
  const studio = new Studio(page)
  await studio.createFrom('xor', workplace.path('xor.lamina'))
  await studio.go('train')
  await studio.id('train-start').click()
  await expect(studio.id('train-status')).toHaveText('completed')
  const shown = Number(await studio.id('figure-loss').locator('td').first().textContent())

  runCli(workplace, 'new', 'xor', 'other.lamina')
  const { metrics } = runCli(workplace, 'train', 'other.lamina') as { metrics: { loss: number } }
  // The window shows four significant digits.
  expect(shown).toBeCloseTo(Number(metrics.loss.toPrecision(4)), 12)
})

test('evaluates, cross-validates and exports a trained run', async ({ page, workplace }) => {
  const studio = new Studio(page)
  await studio.createFrom('iris', workplace.path('iris.lamina'))
  await studio.id('top-train').click()
  await studio.go('train')
  await expect(studio.id('train-status')).toHaveText('completed')
  await expect(studio.id('run-charts').locator('canvas').first()).toBeVisible()

  await studio.id('train-evaluate').click()
  await studio.choose('evaluate-part', 'test')
  await studio.id('evaluate-start').click()
  await expect(studio.id('report-rows')).toHaveText('30')
  expect(Number.parseFloat(await studio.id('report-accuracy').innerText())).toBeGreaterThanOrEqual(90)
  await expect(studio.id('confusion-matrix')).toBeVisible()

  await studio.id('evaluate-kfold').click()
  await studio.id('kfold-start').click()
  await expect(studio.id('kfold-accuracy')).toContainText('±')
  expect(Number.parseFloat(await studio.id('kfold-accuracy').innerText())).toBeGreaterThanOrEqual(0.9)

  await studio.go('export')
  const file = workplace.path('iris.onnx')
  await studio.id('export-format-onnx').click()
  await studio.id('export-path').fill(file)
  await studio.id('export-run-button').click()
  await expect(studio.id('export-result')).toContainText('iris.onnx')
  expect(statSync(file).size).toBeGreaterThan(1000)
  // An ONNX file begins with the field ir_version.
  expect(readFileSync(file)[0]).toBe(0x08)
})

test('learns from rows without a label, says how many, and does without when asked', async ({ page, workplace }) => {
  const studio = new Studio(page)
  await studio.createFrom('semi-supervised-digits', workplace.path('few.lamina'))
  await studio.go('data')
  await expect(studio.id('split-unlabelled')).toContainText('1,158 rows of the training part have no target')
  await studio.go('train')
  await expect(studio.id('plan-pseudoLabels.threshold')).toBeVisible()
  await studio.type(studio.id('plan-pseudoLabels.warmupEpochs'), '15')
  await studio.type(studio.id('plan-epochs'), '20')
  await studio.id('train-start').click()
  await expect(studio.id('train-status')).toHaveText('completed')
  const chosen = await studio.id('figure-pseudo_labels').locator('td').first().textContent()
  expect(Number(chosen?.replace(',', ''))).toBeGreaterThan(100)
  await studio.id('plan-pseudoLabels.enabled').click()
  await expect(studio.id('plan-pseudoLabels.threshold')).toHaveCount(0)
  await studio.id('train-start').click()
  await expect(studio.id('figure-pseudo_labels')).toHaveCount(0)
  await expect(studio.id('train-status')).toHaveText('completed')
})
