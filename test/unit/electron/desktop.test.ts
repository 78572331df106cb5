import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseDesktopArguments, refuseEngineAddress } from '../../../electron/command-line.ts'
import { readDesktopState, visibleBounds, withRecent, writeDesktopState } from '../../../electron/desktop-state.ts'
import { RestartPolicy } from '../../../electron/restart-policy.ts'

describe('the arguments of the desktop program', () => {
  it('finds the project among switches and the application folder', () => {
    const argv = ['--no-sandbox', '/opt/lamina', 'work/churn.lamina', '--inspect']
    expect(parseDesktopArguments(argv, '/home/ada')).toEqual({ project: '/home/ada/work/churn.lamina', engine: null })
  })

  it('takes the served engine in both spellings', () => {
    const address = 'ws://127.0.0.1:4000/?token=t'
    expect(parseDesktopArguments(['--engine', address], '/').engine).toBe(address)
    expect(parseDesktopArguments([`--engine=${address}`], '/').engine).toBe(address)
  })

  it('refuses an engine on another machine and text that is no address', () => {
    expect(refuseEngineAddress('ws://127.0.0.1:4000/?token=t')).toBeNull()
    expect(refuseEngineAddress('http://localhost:4000/?token=t')).toBeNull()
    expect(refuseEngineAddress('ws://10.0.0.7:4000/')).toContain('another machine')
    expect(refuseEngineAddress('file:///etc/passwd')).toContain('ws://')
    expect(refuseEngineAddress('nonsense')).toContain('lamina serve')
  })
})

describe('what the desktop remembers', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lamina-desktop-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('comes back as it was written', () => {
    const file = join(folder, 'deep', 'desktop.json')
    const state = { bounds: { x: 10, y: 20, width: 1200, height: 800 }, maximized: true, recent: ['/a.lamina'] }
    writeDesktopState(file, state)
    expect(readDesktopState(file)).toEqual(state)
  })

  it('starts afresh from a missing, cut off or nonsensical file', () => {
    const file = join(folder, 'desktop.json')
    const fresh = { bounds: null, maximized: false, recent: [] }
    expect(readDesktopState(file)).toEqual(fresh)
    for (const text of ['{"bounds": {', 'null', '{"bounds":{"x":"1"},"maximized":"yes","recent":[1,{}]}']) {
      writeFileSync(file, text)
      expect(readDesktopState(file)).toEqual(fresh)
      expect(readFileSync(file, 'utf8')).toBe(text)
    }
  })

  it('keeps ten recent projects, each once, newest first', () => {
    let recent: string[] = []
    for (let number = 0; number < 12; number += 1) recent = withRecent(recent, `/${number}.lamina`)
    recent = withRecent(recent, '/5.lamina')
    expect(recent).toHaveLength(10)
    expect(recent.slice(0, 2)).toEqual(['/5.lamina', '/11.lamina'])
    expect(new Set(recent).size).toBe(10)
  })

  it('does not open the window where no screen is', () => {
    const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
    const inside = { x: 100, y: 100, width: 1200, height: 800 }
    expect(visibleBounds(inside, screens)).toEqual(inside)
    expect(visibleBounds({ ...inside, x: 2500 }, screens)).toBeNull()
    expect(visibleBounds({ ...inside, width: 20 }, screens)).toBeNull()
    expect(visibleBounds(null, screens)).toBeNull()
  })
})

describe('restarting a dead engine', () => {
  it('is immediate at first, slower when it repeats, and ends after six deaths in a minute', () => {
    const policy = new RestartPolicy()
    const waits = [0, 1, 2, 3, 4, 5].map((second) => policy.afterDeath(second * 1000))
    expect(waits).toEqual([0, 500, 1000, 2000, 5000, null])
  })

  it('forgets deaths that are more than a minute old', () => {
    const policy = new RestartPolicy()
    for (let minute = 0; minute < 10; minute += 1) expect(policy.afterDeath(minute * 61_000)).toBe(0)
  })
})
