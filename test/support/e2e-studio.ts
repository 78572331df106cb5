import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
import { root } from './e2e.ts'

export type ViewName = 'data' | 'model' | 'train' | 'evaluate' | 'tune' | 'runs' | 'export'

const screenshots = join(root, 'test-results', 'screenshots')

/** Moves the mouse as a hand does: a short first move that starts the drag, then the way to the goal, then a rest on it. */
async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x + 4, from.y + 4)
  await page.mouse.move(to.x, to.y, { steps: 12 })
  await page.mouse.move(to.x, to.y)
  await page.mouse.up()
}

async function centreOf(locator: Locator): Promise<{ x: number; y: number }> {
  const box = await locator.boundingBox()
  if (!box) throw new Error(`${locator} is not on the screen`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** The studio as its user handles it, in a browser or in the desktop window. */
export class Studio {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  id(testId: string): Locator {
    return this.page.getByTestId(testId)
  }

  /** A new project from a template; where there are no native dialogs the studio asks for the path in a form. */
  async createFrom(template: string, path: string): Promise<void> {
    await this.id(`template-${template}`).click()
    await this.id('project-path').fill(path)
    await this.id('path-submit').click()
    await expect(this.id('project-menu')).toBeVisible()
  }

  /** Chooses from a list as the mouse does. */
  async choose(testId: string, value: string): Promise<void> {
    await this.id(testId).click()
    await this.page.locator(`[role=option][data-value="${value}"]`).click()
  }

  /** Types into a field and confirms. */
  async type(field: Locator, text: string): Promise<void> {
    await field.fill(text)
    await field.press('Enter')
  }

  async go(view: ViewName): Promise<void> {
    await this.id(`nav-${view}`).click()
  }

  node(name: string): Locator {
    return this.id(`node-${name}`)
  }

  /** Drops a layer of the palette on the canvas at a point given in fractions of it. */
  async dropLayer(type: string, at: { x: number; y: number }): Promise<void> {
    const canvas = await this.page.locator('.vue-flow').first().boundingBox()
    if (!canvas) throw new Error('the canvas is not on the screen')
    const target = { x: Math.round(canvas.width * at.x), y: Math.round(canvas.height * at.y) }
    await this.id(`palette-${type}`).dragTo(this.page.locator('.vue-flow').first(), { targetPosition: target })
  }

  /** Drags from the output port of one layer to the input port of another. */
  async connect(from: string, to: string): Promise<void> {
    const source = await centreOf(this.node(from).locator('.vue-flow__handle.source').first())
    const target = await centreOf(this.node(to).locator('.vue-flow__handle.target').first())
    await drag(this.page, source, target)
  }

  async moveNode(name: string, by: { x: number; y: number }): Promise<void> {
    const from = await centreOf(this.node(name))
    await drag(this.page, from, { x: from.x + by.x, y: from.y + by.y })
  }

  /** Clicks an element and measures, within the page, the milliseconds from the click to the moment another shows `text`. */
  async clickAndTime(clicked: string, shown: string, text: string): Promise<number> {
    const measured = this.page.evaluate(
      ([clickedId, shownId, wanted]) =>
        new Promise<number>((resolve) => {
          let start = 0
          const isClicked = (event: Event) =>
            event.target instanceof Element && event.target.closest(`[data-testid="${clickedId}"]`) !== null
          document.addEventListener(
            'click',
            (event) => {
              if (isClicked(event)) start = performance.now()
            },
            { capture: true },
          )
          const look = () => {
            const now = document.querySelector(`[data-testid="${shownId}"]`)?.textContent?.trim()
            if (start === 0 || now !== wanted) return
            observer.disconnect()
            resolve(performance.now() - start)
          }
          const observer = new MutationObserver(look)
          observer.observe(document.body, { childList: true, subtree: true, characterData: true })
        }),
      [clicked, shown, text] as const,
    )
    await this.id(clicked).click()
    return measured
  }

  /** Keeps a picture of what is on the screen for the eye. */
  async photograph(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true })
    await this.page.screenshot({ path: join(screenshots, `${name}.png`), animations: 'disabled' })
  }

  /** The serious and critical findings of axe on what is shown. */
  async accessibilityFindings(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
      .analyze()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
  }
}
