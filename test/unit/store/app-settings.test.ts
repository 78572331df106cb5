import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppSettingsStore } from '../../../engine/store/app-settings.ts'
import { temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder()

describe('app settings', () => {
  it('are kept, newest project first and each once', () => {
    const settings = new AppSettingsStore(join(folder, 'a'))
    settings.update({ theme: 'dark' })
    settings.remember('/x/one.lamina', 'one')
    settings.remember('/x/two.lamina', 'two')
    settings.remember('/x/one.lamina', 'one')
    const again = new AppSettingsStore(join(folder, 'a'))
    expect(again.settings()).toEqual({ theme: 'dark' })
    expect(again.recent().map((entry) => [entry.name, entry.exists])).toEqual([
      ['one', false],
      ['two', false],
    ])
  })

  it('fall back to defaults when the file is broken, and keep the broken one', () => {
    const store = new AppSettingsStore(join(folder, 'a'))
    writeFileSync(store.file, '{"settings": {')
    expect(new AppSettingsStore(join(folder, 'a')).settings()).toEqual({})
    expect(existsSync(store.file)).toBe(false)
    expect(readFileSync(join(folder, 'a', 'settings.broken.json'), 'utf8')).toBe('{"settings": {')
  })
})
