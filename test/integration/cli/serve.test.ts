import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { clientOver } from '../../../engine/rpc/client.ts'
import { connectWebSocket } from '../../../engine/rpc/transports/web-socket.ts'
import { collect, eventOf, Workspace } from './lamina.ts'

const work = new Workspace()
afterAll(() => work.dispose())

/** A page to serve, whatever has been built. */
function page(): string {
  mkdirSync(work.path('page'), { recursive: true })
  writeFileSync(work.path('page/index.html'), '<!doctype html><title>Lamina</title>')
  return work.path('page')
}

async function weights(project: string, run: string): Promise<Buffer> {
  const out = work.path(`${run}.safetensors`)
  await work.ok('export', project, '--run', run, '--format', 'safetensors', '--out', out)
  const file = readFileSync(out)
  return file.subarray(8 + Number(file.readBigUInt64LE(0)))
}

describe('lamina serve', () => {
  it('serves page and engine to whom it gave the token, and checkpoints a run when it is asked to end', async () => {
    process.env.LAMINA_RENDERER = page()
    await work.ok('new', 'digits', work.path('digits.lamina'))
    const child = work.spawn('serve', work.path('digits.lamina'), '--json')
    const ended = collect(child)
    const serving = await eventOf(child, 'serving')
    const url = new URL(serving.url as string)
    expect(url.hostname).toBe('127.0.0.1')
    expect(url.searchParams.get('project')).toBe(work.path('digits.lamina'))
    expect(await (await fetch(url)).text()).toContain('Lamina')

    const token = url.searchParams.get('token')
    await expect(connectWebSocket(`ws://${url.host}/rpc?token=wrong`)).rejects.toMatchObject({
      details: { code: 'rpc.connection-lost', where: `ws://${url.host}/rpc` },
    })
    const client = clientOver(await connectWebSocket(`ws://${url.host}/rpc?token=${token}`))
    const project = await client.call.projects.open({ path: work.path('digits.lamina') })
    const progressed = new Promise<void>((done) => client.on('run.epoch', () => done()))
    const lost = new Promise<string>((done) => client.onConnection((state) => state === 'lost' && done(state)))
    await client.call.training.start({
      project: project.id,
      model: project.models[0]!.id,
      set: { 'training.epochs': 100000, 'training.earlyStopping.enabled': false },
    })
    await progressed
    child.kill('SIGTERM')
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ event: 'done' })
    expect(await lost).toBe('lost')
    client.close()
    const { runs } = await work.ok('runs', work.path('digits.lamina'))
    expect(runs).toMatchObject([{ status: 'stopped' }])
    expect(await work.ok('evaluate', work.path('digits.lamina'))).toHaveProperty('accuracy')
  })

  it('trains through a window’s WebSocket to the same bits as the command line', async () => {
    process.env.LAMINA_RENDERER = page()
    const path = work.path('iris.lamina')
    await work.ok('new', 'iris', path)
    const child = work.spawn('serve', '--json')
    const ended = collect(child)
    const { host, searchParams } = new URL((await eventOf(child, 'serving')).url as string)
    const client = clientOver(await connectWebSocket(`ws://${host}/rpc?token=${searchParams.get('token')}`))
    const project = await client.call.projects.open({ path })
    const { job } = await client.call.training.start({ project: project.id, model: project.models[0]!.id })
    expect((await client.call.jobs.wait({ job })).state).toBe('completed')
    client.close()
    child.kill('SIGINT')
    expect((await ended).code).toBe(0)
    await work.ok('train', path)
    const [window, line] = await Promise.all(['1', '2'].map((run) => weights(path, run)))
    expect(window!.equals(line!)).toBe(true)
  })

  it('says how to build the page when there is none', async () => {
    process.env.LAMINA_RENDERER = work.path('nowhere')
    const { code, last } = await work.run('serve', '--json')
    expect(code).toBe(1)
    expect(last).toMatchObject({ code: 'serve.not-built', where: work.path('nowhere') })
  })
})
