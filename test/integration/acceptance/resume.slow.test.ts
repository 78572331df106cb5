import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { clientOver } from '../../../engine/rpc/client.ts'
import { connectWebSocket } from '../../../engine/rpc/transports/web-socket.ts'
import { lamina, type RunningCli, startLamina, succeed, workFolder } from '../../support/cli.ts'
import { inEngine, newestRun, newProject, type RunBits } from './projects.ts'

const folder = workFolder()
const EPOCHS = 600

/** Digits in steps of four samples: a few seconds, in which shuffling, dropout and Adam all draw on their state. */
const settings = {
  'training.epochs': EPOCHS,
  'training.batchSize': 4,
  'training.seed': 1,
  'training.checkpoint.everyEpochs': 7,
}
const options = ['--epochs', EPOCHS, '--batch-size', 4, '--seed', 1, '--set', 'training.checkpoint.everyEpochs=7']

/** The run's export as safetensors: the weights that a user takes away. */
async function weightsOf(path: string): Promise<Buffer> {
  const file = `${path}.safetensors`
  await succeed(folder, 'export', path, '--format', 'safetensors', '--out', file)
  return readFileSync(file)
}

async function expectSame(path: string): Promise<void> {
  const run = newestRun(path)
  expect(run.status).toBe('completed')
  expect(run.iteration).toBe(whole.run.iteration)
  expect(run.epochs).toEqual(whole.run.epochs)
  expect(bytes(run.last).equals(bytes(whole.run.last))).toBe(true)
  expect(bytes(run.best!).equals(bytes(whole.run.best!))).toBe(true)
  expect((await weightsOf(path)).equals(whole.weights)).toBe(true)
}

function bytes(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength)
}

/** Ends a process the hard way once it has told of an epoch from `epoch` on. */
async function killAfter(running: RunningCli, epoch: number): Promise<void> {
  await running.event((event) => event.event === 'epoch' && Number(event.epoch) >= epoch)
  running.kill('SIGKILL')
  const { signal, events } = await running.ended
  expect(signal).toBe('SIGKILL')
  expect(Number(events.findLast((event) => event.event === 'epoch')?.epoch)).toBeLessThan(EPOCHS)
}

/** A served engine with its page (any page will do) and its address. */
async function serveStudio(path: string): Promise<{ server: RunningCli; address: string }> {
  const page = join(folder, 'page')
  mkdirSync(page, { recursive: true })
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>Lamina</title>')
  const server = startLamina(folder, ['serve', path], { LAMINA_RENDERER: page })
  const { url } = await server.event((event) => event.event === 'serving')
  const { host, searchParams } = new URL(String(url))
  return { server, address: `ws://${host}/rpc?token=${searchParams.get('token')}` }
}

let whole: { run: RunBits; weights: Buffer }

beforeAll(async () => {
  const path = await newProject(folder, 'digits', 'whole')
  await succeed(folder, 'train', path, '--threads', 1, ...options)
  whole = { run: newestRun(path), weights: await weightsOf(path) }
  expect(whole.run.epochs).toHaveLength(EPOCHS)
  expect(whole.run.last.some((value) => value !== 0)).toBe(true)
})

describe('a run that is killed and resumed', () => {
  it('ends with the bits of the uninterrupted one, also when killed again and again', async () => {
    const path = await newProject(folder, 'digits', 'killed')
    await killAfter(startLamina(folder, ['train', path, ...options]), 60)
    const { last } = await lamina(folder, 'runs', path)
    expect(last).toMatchObject({ event: 'done', runs: [{ number: 1, status: 'interrupted' }] })
    await killAfter(startLamina(folder, ['train', path, '--resume', 'latest']), 160)
    await killAfter(startLamina(folder, ['train', path, '--resume', '1']), 260)
    expect(newestRun(path).iteration).toBeLessThan(whole.run.iteration)
    await succeed(folder, 'train', path, '--resume', 'latest')
    await expectSame(path)
  })

  it('goes on right after its last checkpoint, in the same run', async () => {
    const path = await newProject(folder, 'digits', 'kept')
    await killAfter(startLamina(folder, ['train', path, ...options]), 200)
    const kept = newestRun(path)
    const reached = Math.floor(kept.iteration / (whole.run.iteration / EPOCHS))
    expect(reached).toBeGreaterThanOrEqual(7)
    expect(kept.epochs.slice(0, reached)).toEqual(whole.run.epochs.slice(0, reached))
    const { events } = await lamina(folder, 'train', path, '--resume', 'latest')
    expect(events.find((event) => event.event === 'epoch')?.epoch).toBe(reached + 1)
    expect((await succeed(folder, 'runs', path)).runs).toHaveLength(1)
    await expectSame(path)
  })
})

describe('the same run', () => {
  it.each([2, 4])('has the same bits with --threads %i', async (threads) => {
    const path = await newProject(folder, 'digits', `threads-${threads}`)
    await succeed(folder, 'train', path, '--threads', threads, ...options)
    await expectSame(path)
  })

  it('has the same bits on four threads at once, whatever the number of cores', async () => {
    const path = await newProject(folder, 'digits', 'budget')
    const set = { ...settings, 'training.threads': 4 }
    const run = async (
      client: Parameters<Parameters<typeof inEngine>[2]>[0],
      project: { id: string; models: { id: string }[] },
    ) => {
      const started = await client.call.training.start({ project: project.id, model: project.models[0]!.id, set })
      return await client.call.jobs.wait({ job: started.job })
    }
    expect((await inEngine(folder, path, run, 4)).state).toBe('completed')
    await expectSame(path)
  })

  it('has the same bits when a window trains it, through a socket of `lamina serve`', async () => {
    const path = await newProject(folder, 'digits', 'window')
    const { server, address } = await serveStudio(path)
    const client = clientOver(await connectWebSocket(address))
    const project = await client.call.projects.open({ path })
    const model = project.models[0]!.id
    const started = await client.call.training.start({ project: project.id, model, set: settings })
    expect((await client.call.jobs.wait({ job: started.job })).state).toBe('completed')
    server.kill('SIGTERM')
    expect(await server.ended).toMatchObject({ code: 0, last: { event: 'done' } })
    await expectSame(path)
  })

  it('has the same bits when the served engine is killed under the window and the command line resumes', async () => {
    const path = await newProject(folder, 'digits', 'moved')
    const { server, address } = await serveStudio(path)
    const client = clientOver(await connectWebSocket(address))
    const project = await client.call.projects.open({ path })
    const model = project.models[0]!.id
    const reached = new Promise<void>((resolve) => {
      client.on('run.epoch', ({ epochs }) => {
        if (epochs.some(({ epoch }) => epoch >= 150)) resolve()
      })
    })
    const started = await client.call.training.start({ project: project.id, model, set: settings })
    const lost = expect(client.call.jobs.wait({ job: started.job })).rejects.toMatchObject({
      code: 'rpc.connection-lost',
    })
    await reached
    server.kill('SIGKILL')
    await server.ended
    await lost
    await succeed(folder, 'train', path, '--resume', started.run)
    await expectSame(path)
  })
})
