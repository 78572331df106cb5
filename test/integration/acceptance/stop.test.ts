import { describe, expect, it } from 'vitest'
import { startLamina, succeed, workFolder } from '../../support/cli.ts'
import { newestRun, newProject } from './projects.ts'

const folder = workFolder()

describe('Ctrl-C while `lamina train` works', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends it within a second, and the run can be resumed',
    { retry: 2 },
    async (signal) => {
      const path = await newProject(folder, 'digits', signal)
      const running = startLamina(folder, ['train', path, '--epochs', 100_000, '--batch-size', 4])
      const { runId } = await running.event((event) => event.event === 'started')
      await running.event((event) => event.event === 'epoch')
      const asked = performance.now()
      running.kill(signal)
      const { code, last } = await running.ended
      const seconds = (performance.now() - asked) / 1000
      console.info(`${signal} answered after ${seconds.toFixed(3)} s`)
      expect(seconds).toBeLessThan(1)
      expect(code).toBe(0)
      expect(last).toMatchObject({
        event: 'done',
        runId,
        status: 'stopped',
        resume: expect.stringContaining('--resume'),
      })
      const stopped = newestRun(path)
      expect(stopped.status).toBe('stopped')
      expect(stopped.epochs.length).toBeGreaterThan(0)

      const again = startLamina(folder, ['train', path, '--resume', String(runId)])
      const first = await again.event((event) => event.event === 'epoch')
      expect(first.epoch).toBe(Number(last.epochs) + 1)
      again.kill(signal)
      expect((await again.ended).last).toMatchObject({ runId, status: 'stopped' })
      expect(newestRun(path).iteration).toBeGreaterThan(stopped.iteration)
    },
  )

  it('in the middle of a long epoch keeps the batches that were done', { retry: 2 }, async () => {
    const path = await newProject(folder, 'digits', 'long-epoch')
    const slow = ['--set', 'hidden_1.units=1024', '--set', 'hidden_2.units=1024', '--batch-size', 1]
    const running = startLamina(folder, ['train', path, ...slow])
    const { steps } = await running.event((event) => event.event === 'progress' && Number(event.step) > 0)
    const asked = performance.now()
    running.kill('SIGINT')
    const { last } = await running.ended
    expect((performance.now() - asked) / 1000).toBeLessThan(1)
    expect(last).toMatchObject({ event: 'done', status: 'stopped', epochs: 0 })
    const { iteration } = newestRun(path)
    expect(iteration).toBeGreaterThan(0)
    expect(iteration).toBeLessThan(Number(steps))
  })

  it('is told in the run list with the way to go on', async () => {
    const path = await newProject(folder, 'iris')
    const running = startLamina(folder, ['train', path, '--epochs', 1_000_000])
    await running.event((event) => event.event === 'epoch')
    running.kill('SIGINT')
    await running.ended
    expect((await succeed(folder, 'runs', path)).runs).toEqual([
      expect.objectContaining({ number: 1, status: 'stopped' }),
    ])
  })
})
