import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'

const root = join(import.meta.dirname, '../../..')

/** Loads the addon in a process of its own and returns the error it ends in. */
function loadFrom(path: string): Record<string, string> {
  const code = `import(${JSON.stringify(join(root, 'engine/native/index.ts'))})
    .then((module) => module.loadNative())
    .catch((error) => console.log(JSON.stringify(error)))`
  const env = { ...process.env, LAMINA_NATIVE: path }
  return JSON.parse(spawnSync(process.execPath, ['-e', code], { encoding: 'utf8', env }).stdout)
}

describe('loading the native engine', () => {
  it('gives one and the same engine each time', () => {
    expect(loadNative()).toBe(loadNative())
  })

  it('says how to compile it when it is not there', () => {
    const error = loadFrom(join(root, 'no-such-addon.node'))
    expect(error.code).toBe('native.missing-addon')
    expect(error.fix).toContain('npm run native')
  })

  it('says what is wrong with a file that is no addon', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lamina-loader-'))
    try {
      const path = join(folder, 'lamina.node')
      writeFileSync(path, 'not an addon')
      const error = loadFrom(path)
      expect(error).toMatchObject({ code: 'native.unusable-addon', where: path })
      expect(error.fix).toContain('npm run native')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('measures what this machine can do', async () => {
    const peak = await loadNative().measurePeak(1)
    expect(peak.threads).toBe(1)
    // Any processor of the last ten years does more than a tenth of a billion operations, and none does a million billion.
    expect(peak.gflops).toBeGreaterThan(0.1)
    expect(peak.gflops).toBeLessThan(1e6)
    expect(peak.bandwidths).toHaveLength(4)
    for (const { gigabytesPerSecond } of peak.bandwidths) {
      expect(gigabytesPerSecond).toBeGreaterThan(0.1)
      expect(gigabytesPerSecond).toBeLessThan(1e5)
    }
    const sizes = peak.bandwidths.map(({ workingSetBytes }) => workingSetBytes)
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
    await expect(loadNative().measurePeak(0)).rejects.toMatchObject({ code: 'native.invalid-argument' })
  })

  it('refuses a product whose factors do not fit', () => {
    const [a, b, c] = [new Float32Array(6), new Float32Array(6), new Float32Array(4)]
    expect(loadNative().gemm(2, 2, 3, false, false, a, b, c, 1, 1)).toBeGreaterThan(0)
    expect(() => loadNative().gemm(2, 2, 4, false, false, a, b, c, 1, 1)).toThrow(
      expect.objectContaining({ code: 'native.invalid-argument' }),
    )
    expect(() => loadNative().gemm(2, 2, 0, false, false, a, b, c, 1, 1)).toThrow(
      expect.objectContaining({ code: 'native.invalid-argument' }),
    )
  })

  it('has a kernel for every op of docs/ops.md, and no other', () => {
    const documented = new Set<string>()
    let isLoss = false
    for (const line of readFileSync(join(root, 'docs/ops.md'), 'utf8').split('\n')) {
      if (line.startsWith('## ')) isLoss = line.startsWith('## Losses')
      const cells = line.split('|')
      if (cells.length < 4 || cells[4]?.includes('*alias*')) continue
      for (const [, name] of (cells[1] as string).matchAll(/`([a-z0-9_]+)`/g)) {
        documented.add(name as string)
        if (isLoss) documented.add(`${name}_gradient`)
      }
    }
    expect([...documented].sort()).toEqual([...loadNative().info().kernels].sort())
  })
})
