import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, it, vi } from 'vitest'
import { sourceFiles } from '../../../scripts/source-files.ts'

vi.mock('electron', () => ({ app: { getName: () => 'Lamina', isPackaged: true }, Menu: {} }))
const { menuTemplate } = await import('../../../electron/menu.ts')

const root = join(import.meta.dirname, '..', '..', '..')

function flatten(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flatten(item.submenu) : [])])
}

/** Ids of the commands that the page registers: written out, or made from the views. */
function registeredCommands(): Set<string> {
  const text = sourceFiles(root, ['renderer'], /\.(ts|vue)$/).map((path) => readFileSync(join(root, path), 'utf8'))
  const ids = text.flatMap((source) =>
    [...source.matchAll(/\bid: '([a-z]+\.[a-zA-Z]+)'/g)].map((match) => match[1] ?? ''),
  )
  const views = readFileSync(join(root, 'renderer/features/views.ts'), 'utf8')
  return new Set([...ids, ...[...views.matchAll(/\bid: '([a-z]+)'/g)].map((match) => `nav.${match[1]}`)])
}

describe('the menu', () => {
  const options = { command: vi.fn(), openProject: vi.fn(), recent: ['/work/iris.lamina'], clearRecent: vi.fn() }

  it('names commands that the page has, and no others', () => {
    const known = registeredCommands()
    const asked = flatten(menuTemplate(options)).flatMap((item) => (item.id ? [item.id] : []))
    expect(asked.length).toBeGreaterThan(20)
    expect(asked.filter((id) => !known.has(id))).toEqual([])
  })

  it('leaves shortcuts to the page, so that a text field keeps its own undo', () => {
    const withShortcut = flatten(menuTemplate(options)).filter((item) => item.accelerator)
    expect(withShortcut.length).toBeGreaterThan(10)
    expect(withShortcut.every((item) => item.registerAccelerator === false)).toBe(true)
  })

  it('sends the command of an entry and opens a recent project', () => {
    const items = flatten(menuTemplate(options))
    const click = (item: MenuItemConstructorOptions | undefined) => (item?.click as (() => void) | undefined)?.()
    click(items.find((item) => item.id === 'edit.undo'))
    expect(options.command).toHaveBeenCalledWith('edit.undo')
    click(items.find((item) => item.label === 'iris.lamina'))
    expect(options.openProject).toHaveBeenCalledWith('/work/iris.lamina')
  })
})
