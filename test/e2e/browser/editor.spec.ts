import { expect, test } from '../../support/e2e.ts'
import { Studio } from '../../support/e2e-studio.ts'

test('draws by mouse: deletes a layer, drops another, connects it, sets it up, and trains the result', async ({
  page,
  workplace,
}) => {
  const studio = new Studio(page)
  await studio.createFrom('iris', workplace.path('iris.lamina'))
  await studio.go('model')
  const edges = page.locator('.vue-flow__edge')
  await expect(edges).toHaveCount(4)
  await expect(studio.node('hidden_2').getByTestId('node-shape')).toHaveText('N x 16')

  await studio.node('hidden_2').click()
  await page.keyboard.press('Delete')
  await expect(studio.node('hidden_2')).toHaveCount(0)
  await expect(edges).toHaveCount(2)
  await expect(studio.id('top-train')).toBeDisabled()
  await page.keyboard.press('Control+z')
  await expect(studio.node('hidden_2')).toBeVisible()
  await expect(edges).toHaveCount(4)
  await page.keyboard.press('Control+Shift+z')
  await expect(studio.node('hidden_2')).toHaveCount(0)

  await studio.dropLayer('dense', { x: 0.5, y: 0.75 })
  await expect(studio.node('dense_1')).toBeVisible()
  await studio.connect('hidden_1', 'dense_1')
  await expect(edges).toHaveCount(3)
  await studio.connect('dense_1', 'classes')
  await expect(edges).toHaveCount(4)

  await studio.node('dense_1').click()
  await studio.type(studio.id('inspector-param-units'), '12')
  await expect(studio.node('dense_1').getByTestId('node-shape')).toHaveText('N x 12')
  // 16 inputs and a bias for each of 12 units.
  await expect(studio.node('dense_1').getByTestId('node-parameters')).toHaveText('204')
  await studio.id('undo').click()
  await expect(studio.node('dense_1').getByTestId('node-shape')).not.toHaveText('N x 12')
  await studio.id('redo').click()
  await expect(studio.node('dense_1').getByTestId('node-shape')).toHaveText('N x 12')

  await studio.id('top-train').click()
  await studio.go('train')
  await expect(studio.id('train-status')).toHaveText('completed')
  await page.reload()
  await expect(studio.id('project-menu')).toBeVisible()
  await studio.go('model')
  await expect(studio.node('dense_1').getByTestId('node-shape')).toHaveText('N x 12')
})

test('refuses a connection that would close a cycle, and keeps a moved layer where it was put', async ({
  page,
  workplace,
}) => {
  const studio = new Studio(page)
  await studio.createFrom('iris', workplace.path('iris.lamina'))
  await studio.go('model')
  const edges = page.locator('.vue-flow__edge')
  await expect(edges).toHaveCount(4)
  await studio.connect('hidden_2', 'hidden_1')
  await expect(edges).toHaveCount(4)

  const before = await studio.node('hidden_1').boundingBox()
  await studio.moveNode('hidden_1', { x: 20, y: 120 })
  const after = await studio.node('hidden_1').boundingBox()
  expect((after?.y ?? 0) - (before?.y ?? 0)).toBeGreaterThan(80)
  await studio.id('undo').click()
  await expect.poll(async () => (await studio.node('hidden_1').boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0)
})

test('opens a long network at its Inputs, legibly, and fits all of it when told to', async ({ page, workplace }) => {
  const studio = new Studio(page)
  await studio.createFrom('vgg16', workplace.path('vgg16.lamina'))
  await studio.go('model')
  await expect(studio.id('zoom')).toHaveText('65 %')
  const names = page.locator('.vue-flow__node')
  await expect(names.first()).toBeInViewport({ ratio: 0.95 })
  await expect(names.last()).not.toBeInViewport()
  await studio.id('fit').click()
  await expect(names.first()).toBeInViewport({ ratio: 0.95 })
  await expect(names.last()).toBeInViewport({ ratio: 0.95 })
})

test('says where a setting is out of range and keeps the valid one', async ({ page, workplace }) => {
  const studio = new Studio(page)
  await studio.createFrom('iris', workplace.path('iris.lamina'))
  await studio.go('model')
  await studio.node('hidden_1').click()
  await studio.type(studio.id('inspector-param-units'), '0')
  await expect(studio.id('inspector').getByRole('alert')).toBeVisible()
  await expect(studio.node('hidden_1').getByTestId('node-shape')).toHaveText('N x 16')
})
