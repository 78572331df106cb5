import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contract } from '../../../engine/rpc/contract/index.ts'
import { handlers } from '../../../engine/rpc/handlers/index.ts'
import { useEngine } from './fixture.ts'

const fixture = useEngine()

const methods = Object.entries(contract).flatMap(([domain, of]) =>
  Object.keys(of).map((method) => [domain, method] as const),
)

describe('the contract', () => {
  it('has a handler for every method and no other', async () => {
    const loaded = await Promise.all(
      Object.entries(handlers).map(async ([domain, load]) => ({ domain, of: await load() })),
    )
    const handled = loaded.flatMap(({ domain, of }) => Object.keys(of).map((name) => [domain, name]))
    expect(handled.sort()).toEqual([...methods].map((pair) => [...pair]).sort())
  })

  it.each(methods)('%s.%s refuses arguments of another kind', async (domain, method) => {
    const call = (
      fixture.client.call as unknown as Record<string, Record<string, (params: unknown) => Promise<unknown>>>
    )[domain]![method]!
    await expect(call(7)).rejects.toMatchObject({
      details: {
        code: 'rpc.invalid-params',
        where: `${domain}.${method}`,
        expected: expect.stringMatching(/\S/),
        received: '7',
      },
    })
  })

  it('names the argument that is wrong, however deep', async () => {
    const split = { test: 0.2, validation: 2, stratify: true, shuffle: true, seed: 1 }
    const wrong = fixture.client.call.datasets.update({ project: 'prj_0000', dataset: 'dat_0000', split })
    await expect(wrong).rejects.toMatchObject({
      details: { where: 'datasets.update: split.validation', expected: '<=0.9', received: '2' },
    })
    await expect(fixture.client.call.projects.info({ project: '../../etc' })).rejects.toMatchObject({
      details: { where: 'projects.info: project', expected: expect.stringContaining('an id such as') },
    })
  })
})

describe('the app', () => {
  it('knows its versions and keeps settings over restarts, broken files included', async () => {
    expect(await fixture.client.call.app.info({})).toMatchObject({
      version: '0.1.0',
      nativeError: null,
      pid: process.pid,
    })
    await fixture.client.call.app.updateSettings({ theme: 'dark', view: { panel: 300 } })
    await fixture.client.call.app.updateSettings({ view: { other: 1 } })
    await fixture.restart()
    expect(await fixture.client.call.app.settings({})).toEqual({
      theme: 'dark',
      threads: 0,
      view: { panel: 300, other: 1 },
    })
    await fixture.engine.dispose()
    writeFileSync(join(fixture.folder, 'user', 'settings.json'), '{')
    fixture.start()
    expect(await fixture.client.call.app.settings({})).toMatchObject({ theme: 'system' })
  })

  it('exports in the formats it names, and no other', async () => {
    const formats = await fixture.client.call.exporting.formats({})
    expect(formats.map(({ id }) => id)).toEqual(['onnx', 'safetensors'])
    const { id, models } = await fixture.create('xor')
    const { job, run } = await fixture.client.call.training.start({ project: id, model: models[0]!.id })
    await fixture.client.call.jobs.wait({ job })
    const unknown = fixture.client.call.exporting.run({ project: id, run, format: 'exe', path: fixture.path('x') })
    await expect(unknown).rejects.toMatchObject({ details: { code: 'export.unknown-format' } })
    const nowhere = fixture.client.call.exporting.run({
      project: id,
      run,
      format: 'onnx',
      path: fixture.path('a.lamina/x.onnx'),
    })
    await expect(nowhere).rejects.toMatchObject({ details: { code: 'files.cannot-write' } })
  })
})
