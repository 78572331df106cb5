import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkedAddon } from '../../../engine/addon.ts'
import { fingerprint, isOutdated, stampFile } from '../../../engine/addon-sources.mjs'
import { loadNative } from '../../../engine/native/index.ts'
import type { NativeAddon } from '../../../engine/native/program.ts'

let root: string

/** Writes a file of the clone, as of so many seconds after the build. */
function write(path: string, text: string, seconds: number): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  utimesSync(file, 1e9 + seconds, 1e9 + seconds)
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamina-clone-'))
  write('engine/native/src/kernel.cpp', 'int kernel;', -10)
  write('engine/native/src/kernels/add.cpp', 'int add;', -10)
  write('binding.gyp', '{}', -10)
  write('build/lamina.sources', fingerprint(root), 0)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('an addon', () => {
  it('fits the sources that it was compiled from, touched or not', () => {
    expect(isOutdated(root)).toBe(false)
    write('engine/native/src/kernels/add.cpp', 'int add;', 10)
    expect(isOutdated(root)).toBe(false)
    expect(checkedAddon(loadNative, root)).toBe(loadNative())
  })

  it.each([
    ['changed', 'engine/native/src/kernels/add.cpp'],
    ['added', 'engine/native/src/kernels/subtract.cpp'],
    ['described otherwise', 'binding.gyp'],
  ])('whose sources were %s since is refused with how to compile it, and not loaded', (_, path) => {
    write(path, '{ "other": 1 }', 10)
    const load = () => {
      throw new Error('it was loaded')
    }
    expect(() => checkedAddon(load, root)).toThrow(
      expect.objectContaining({
        details: {
          code: 'native.outdated-addon',
          message: expect.stringContaining('older than the program'),
          where: root,
          expected: expect.stringMatching(/\S/),
          received: 'one compiled from other sources',
          fix: expect.stringContaining('npm run native'),
        },
      }),
    )
  })

  it('in a package, which has no sources, is taken as it is', () => {
    rmSync(stampFile(root))
    expect(isOutdated(root)).toBe(false)
    expect(checkedAddon(loadNative, undefined)).toBe(loadNative())
  })

  it('that lacks an op of the program is refused with its name', () => {
    const native = loadNative()
    const info = () => ({ ...native.info(), kernels: native.info().kernels.filter((name) => name !== 'conv2d') })
    const older = (): NativeAddon => ({ ...native, info })
    expect(() => checkedAddon(older, undefined)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ code: 'native.outdated-addon', received: 'none for conv2d' }) }), // biome-ignore format: one expectation
    )
  })
})
