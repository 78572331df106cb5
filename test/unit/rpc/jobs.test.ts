import { describe, expect, it } from 'vitest'
import { LaminaError } from '../../../engine/base/errors.ts'
import type { Job } from '../../../engine/rpc/contract/common.ts'
import { deferred } from '../../../engine/rpc/deferred.ts'
import { EventHub } from '../../../engine/rpc/services/event-hub.ts'
import { type JobHandle, type JobOutcome, Jobs } from '../../../engine/rpc/services/jobs.ts'

const request = {
  project: 'prj_0000',
  kind: 'training',
  title: 'Run 1',
  unit: 'epochs',
  total: 10,
  subject: null,
} as const

function setUp() {
  const events = new EventHub()
  const states: string[] = []
  events.subscribe((_name, payload) => states.push(`${(payload as Job).title} ${(payload as Job).state}`))
  let time = 0
  const jobs = new Jobs(events, { now: () => time })
  return { jobs, states, advance: (milliseconds: number) => (time += milliseconds) }
}

/** Work that ends when told to, or when it is asked to stop. */
function work() {
  const end = deferred<JobOutcome>()
  const begun = deferred<JobHandle>()
  return {
    begun: begun.promise,
    end,
    run: (handle: JobHandle) => {
      begun.resolve(handle)
      handle.control.onChange(() => handle.control.requested === 'stop' && end.resolve('stopped'))
      return end.promise
    },
  }
}

describe('jobs', () => {
  it('run one at a time, first come first served', async () => {
    const { jobs, states } = setUp()
    const first = work()
    const second = work()
    const one = jobs.start(request, first.run)
    const two = jobs.start({ ...request, title: 'Run 2' }, second.run)
    expect(jobs.get(two.id).state).toBe('queued')
    first.end.resolve('completed')
    expect((await jobs.wait(one.id)).state).toBe('completed')
    await second.begun
    second.end.resolve('completed')
    await jobs.wait(two.id)
    expect(states).toEqual([
      'Run 1 queued',
      'Run 2 queued',
      'Run 1 running',
      'Run 1 completed',
      'Run 2 running',
      'Run 2 completed',
    ])
  })

  it('leave their place to the next while paused, and go on when resumed', async () => {
    const { jobs } = setUp()
    const first = work()
    const second = work()
    const one = jobs.start(request, first.run)
    const two = jobs.start(request, second.run)
    const handle = await first.begun
    expect(jobs.pause(one.id).state).toBe('paused')
    expect(handle.control.requested).toBe('pause')
    await second.begun
    expect(jobs.get(two.id).state).toBe('running')
    expect(jobs.resume(one.id).state).toBe('running')
    expect(handle.control.requested).toBe('run')
    await jobs.stopAll()
  })

  it('stop when asked, queued or running, and say when they have ended', async () => {
    const { jobs } = setUp()
    const first = work()
    const one = jobs.start(request, first.run)
    const two = jobs.start(request, work().run)
    expect((await jobs.stop(two.id)).state).toBe('stopped')
    expect((await jobs.stop(one.id)).state).toBe('stopped')
    expect(jobs.active()).toEqual([])
    expect((await jobs.stop(one.id)).finishedAt).not.toBeNull()
  })

  it('keep the error of failed work', async () => {
    const { jobs } = setUp()
    const job = jobs.start(request, async () => {
      throw new LaminaError({ code: 'training.diverged', message: 'x' })
    })
    expect(await jobs.wait(job.id)).toMatchObject({ state: 'failed', error: { code: 'training.diverged' } })
  })

  it('estimate what remains from time worked, pauses left out', async () => {
    const { jobs, advance } = setUp()
    const first = work()
    const job = jobs.start(request, first.run)
    const handle = await first.begun
    advance(2000)
    jobs.pause(job.id)
    advance(100_000)
    jobs.resume(job.id)
    advance(2000)
    handle.report(4)
    expect(jobs.get(job.id)).toMatchObject({ done: 4, total: 10, etaSeconds: 6 })
    handle.report(5, { etaSeconds: 1.5 })
    expect(jobs.get(job.id).etaSeconds).toBe(1.5)
    await jobs.stopAll()
  })

  it('stop by project only', async () => {
    const { jobs } = setUp()
    const other = jobs.start({ ...request, project: 'prj_1111' }, work().run)
    const mine = jobs.start(request, work().run)
    await jobs.stopAll('prj_0000')
    expect(jobs.get(mine.id).state).toBe('stopped')
    expect(jobs.get(other.id).state).toBe('running')
    await jobs.stopAll()
  })

  it('that are unknown are an error', () => {
    expect(() => setUp().jobs.get('job_0000')).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ code: 'jobs.unknown' }) }),
    )
  })
})
