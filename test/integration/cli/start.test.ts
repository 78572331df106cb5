import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Workspace } from './lamina.ts'

const work = new Workspace()
const root = join(import.meta.dirname, '../../..')
const project = work.path('iris.lamina')
beforeAll(() => work.ok('new', 'iris', project))
afterAll(() => work.dispose())

/** Paths below the clone of the modules that a command loads, packages and Node's own included. */
function modulesOf(...args: string[]): string[] {
  const file = work.path('modules.txt')
  const recorder = pathToFileURL(join(root, 'test/support/record-modules.ts')).href
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--import', recorder, join(root, 'scripts/lamina.mjs'), ...args, '--json'],
    { env: { ...process.env, LAMINA_USER_DATA: work.path('user'), LAMINA_MODULES_FILE: file }, encoding: 'utf8' },
  )
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((url) => url.replace(pathToFileURL(`${root}/`).href, ''))
}

const unused = /protobufjs|node_modules\/ws\/|engine\/(?:evaluation|tuning|templates|bench|export\/onnx|rpc\/serve)\//

describe('the start of `lamina train`', () => {
  it('loads nothing of what it does not use: exporters, servers, reports, sweeps, templates', () => {
    const modules = modulesOf('train', project, '--epochs', '1')
    expect(modules).toContain('engine/training/trainer.ts')
    expect(modules.filter((url) => unused.test(url))).toEqual([])
  })

  it('loads what another command uses only for that one', () => {
    expect(modulesOf('runs', project).filter((url) => unused.test(url))).toEqual([])
    const out = work.path('iris.onnx')
    expect(modulesOf('export', project, '--format', 'onnx', '--out', out).join('\n')).toContain('protobufjs')
  })
})
