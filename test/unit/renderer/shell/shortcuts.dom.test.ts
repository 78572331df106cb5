import { afterEach, describe, expect, it } from 'vitest'
import {
  type Command,
  commands,
  handleShortcut,
  registerCommands,
  runCommand,
  searchCommands,
} from '../../../../renderer/services/commands.ts'
import { formatShortcut, matchesShortcut } from '../../../../renderer/services/shortcuts.ts'

function press(key: string, options: KeyboardEventInit & { on?: HTMLElement } = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options })
  ;(options.on ?? document.body).dispatchEvent(event)
  return event
}

describe('shortcuts', () => {
  it('mean Ctrl on Linux and Windows, Command on macOS', () => {
    const control = new KeyboardEvent('keydown', { key: 'z', ctrlKey: true })
    const command = new KeyboardEvent('keydown', { key: 'z', metaKey: true })
    expect(matchesShortcut(control, 'Mod+Z', false)).toBe(true)
    expect(matchesShortcut(control, 'Mod+Z', true)).toBe(false)
    expect(matchesShortcut(command, 'Mod+Z', true)).toBe(true)
  })

  it('allow no further modifier', () => {
    const shifted = new KeyboardEvent('keydown', { key: 'Z', ctrlKey: true, shiftKey: true })
    expect(matchesShortcut(shifted, 'Mod+Z', false)).toBe(false)
    expect(matchesShortcut(shifted, 'Mod+Shift+Z', false)).toBe(true)
  })

  it('know a digit by its key, whatever the layout prints on it', () => {
    const french = new KeyboardEvent('keydown', { key: '&', code: 'Digit1', altKey: true })
    expect(matchesShortcut(french, 'Alt+1', false)).toBe(true)
  })

  it('are written as people know them', () => {
    expect(formatShortcut('Mod+Shift+Z', false)).toBe('Ctrl Shift Z')
    expect(formatShortcut('Mod+Shift+Z', true)).toBe('⌘⇧Z')
    expect(formatShortcut('Delete', false)).toBe('Del')
  })
})

describe('the command registry', () => {
  const releases: (() => void)[] = []
  const ran: string[] = []
  const command = (id: string, rest: Partial<Command> = {}): Command => ({
    id,
    title: id,
    group: 'Test',
    run: () => ran.push(id),
    ...rest,
  })
  const register = (...added: Command[]) => releases.push(registerCommands(...added))
  afterEach(() => {
    for (const release of releases.splice(0)) release()
    ran.length = 0
    document.body.replaceChildren()
  })

  it('runs the command whose shortcut is pressed and uses the key up', () => {
    register(command('edit.undo', { shortcuts: ['Mod+Z'] }))
    const event = new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, cancelable: true })
    expect(handleShortcut(event)).toBe(true)
    expect(event.defaultPrevented).toBe(true)
    expect(ran).toEqual(['edit.undo'])
  })

  it('leaves undo and delete to a text field, but not the palette', () => {
    register(
      command('edit.undo', { shortcuts: ['Mod+Z'], leavesTextAlone: true }),
      command('app.palette', { shortcuts: ['Mod+K'] }),
    )
    const input = document.createElement('input')
    document.body.append(input)
    input.addEventListener('keydown', handleShortcut)
    press('z', { ctrlKey: true, on: input })
    press('k', { ctrlKey: true, on: input })
    expect(ran).toEqual(['app.palette'])
  })

  it('leaves copy and paste to the browser', () => {
    register(command('edit.copy', { shortcuts: ['Mod+C'], native: true }))
    const event = new KeyboardEvent('keydown', { key: 'c', ctrlKey: true, cancelable: true })
    expect(handleShortcut(event)).toBe(false)
    expect(event.defaultPrevented).toBe(false)
  })

  it('runs nothing that is disabled or gone', () => {
    register(command('run.start', { enabled: () => false }))
    expect(runCommand('run.start')).toBe(false)
    expect(runCommand('no.such')).toBe(false)
    const release = registerCommands(command('view.fit'))
    release()
    expect(runCommand('view.fit')).toBe(false)
    expect(ran).toEqual([])
  })

  it('finds commands by all words, titles that begin with them first, hidden ones never', () => {
    register(
      command('a', { title: 'Show the log' }),
      command('b', { title: 'Log out', keywords: 'leave' }),
      command('c', { title: 'Log', hidden: true }),
    )
    expect(searchCommands('log', commands.value).map((found) => found.id)).toEqual(['b', 'a'])
    expect(searchCommands('leave log', commands.value).map((found) => found.id)).toEqual(['b'])
    expect(searchCommands('xyz', commands.value)).toEqual([])
  })
})
