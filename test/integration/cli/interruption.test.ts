import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import BetterSqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collect, eventOf, lineOf, Workspace } from './lamina.ts'

const work = new Workspace()
afterAll(() => work.dispose())

/** Long enough to be interrupted, with checkpoints often enough to resume in the middle. */
const EPOCHS = 1500
const settings = ['--epochs', String(EPOCHS), '--set', 'training.checkpoint.everyEpochs=25']

beforeAll(async () => {
  await work.ok('new', 'digits', work.path('whole.lamina'))
  for (const name of ['killed', 'early', 'stopped']) await work.ok('new', 'digits', work.path(`${name}.lamina`))
})

async function weights(project: string, run: string): Promise<Buffer> {
  const out = work.path(`${project}-${run}.safetensors`)
  await work.ok('export', work.path(`${project}.lamina`), '--run', run, '--format', 'safetensors', '--out', out)
  const file = readFileSync(out)
  return file.subarray(8 + Number(file.readBigUInt64LE(0)))
}

/** Waits until the run that a child trains has a checkpoint; its epoch. */
async function checkpointOf(child: ChildProcess, project: string): Promise<number> {
  while (child.exitCode === null) {
    const database = new BetterSqlite(project, { readonly: true })
    const row = database.prepare(`SELECT epoch FROM checkpoints WHERE kind = 'last'`).get() as { epoch: number }
    database.close()
    if (row) return row.epoch
    await pause(20)
  }
  throw new Error('the run ended without a checkpoint')
}

describe('training that is interrupted', () => {
  let whole: Buffer
  beforeAll(async () => {
    const { runId } = await work.ok('train', work.path('whole.lamina'), ...settings)
    whole = await weights('whole', runId as string)
  })

  it('by kill -9 goes on from its last checkpoint to the same bits', async () => {
    const project = work.path('killed.lamina')
    const child = work.spawn('train', project, ...settings, '--json')
    const ended = collect(child)
    const saved = await checkpointOf(child, project)
    child.kill('SIGKILL')
    expect((await ended).signal).toBe('SIGKILL')
    expect(saved).toBeLessThan(EPOCHS)

    const { runs } = await work.ok('runs', project)
    const [run] = runs as { id: string; status: string }[]
    expect(run!.status).toBe('interrupted')
    const { events, last } = await work.run('train', project, '--resume', run!.id, '--json')
    const epochs = events.filter(({ event }) => event === 'epoch').map(({ epoch }) => epoch as number)
    expect(epochs[0]).toBeGreaterThan(saved)
    expect(epochs.at(-1)).toBe(EPOCHS)
    expect(last).toMatchObject({ event: 'done', status: 'completed', runId: run!.id })
    expect((await weights('killed', run!.id)).equals(whole)).toBe(true)
    const history = await work.withEngine(async (client) => {
      const { id } = await client.call.projects.open({ path: project })
      return (await client.call.runs.get({ project: id, run: run!.id })).history
    })
    expect(history.map(({ epoch }) => epoch)).toEqual(history.map((_, index) => index + 1))
  })

  it('by kill -9 before its first checkpoint begins again, to the same bits', async () => {
    const project = work.path('early.lamina')
    const child = work.spawn('train', project, ...settings, '--set', 'training.checkpoint.everyEpochs=100000', '--json')
    const ended = collect(child)
    const { runId } = await eventOf(child, 'started')
    await eventOf(child, 'epoch')
    child.kill('SIGKILL')
    expect((await ended).signal).toBe('SIGKILL')
    await work.ok('train', project, '--resume', runId as string)
    expect((await weights('early', runId as string)).equals(whole)).toBe(true)
  })

  it('by Ctrl-C stops within a second, says how to resume, and goes on to the same bits', async () => {
    const project = work.path('stopped.lamina')
    const child = work.spawn('train', project, ...settings)
    const ended = collect(child)
    await lineOf(child, 'Run 1 of')
    const asked = performance.now()
    child.kill('SIGINT')
    const { code, stdout } = await ended
    expect(performance.now() - asked).toBeLessThan(1000)
    expect(code).toBe(0)
    expect(stdout).toContain('Run 1 stopped after')
    expect(stdout).toContain('--resume 1')
    const { runId } = await work.ok('train', project, '--resume', '1')
    expect((await weights('stopped', runId as string)).equals(whole)).toBe(true)
  })

  it('cannot be resumed once it is complete', async () => {
    const { code, last } = await work.run('train', work.path('whole.lamina'), '--resume', '1', '--json')
    expect(code).toBe(1)
    expect(last).toMatchObject({ code: 'runs.not-resumable', received: 'a train run that is completed' })
  })
})
