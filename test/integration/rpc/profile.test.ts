import { describe, expect, it } from 'vitest'
import { useEngine } from './fixture.ts'

const fixture = useEngine()

describe('profiling a model', () => {
  // Again on a machine that was interrupted while it measured its peak.
  it('says where a step on its own data spends its time, and leaves nothing behind', { retry: 2 }, async () => {
    const project = await fixture.create('digits-cnn')
    const { id, models } = project
    const kinds: string[] = []
    fixture.client.on('job.changed', ({ kind, state }) => void kinds.push(`${kind} ${state}`))
    const profile = await fixture.client.call.models.profile({ project: id, model: models[0]!.id, seconds: 0.3 })
    expect(kinds.at(-1)).toBe('profile completed')
    expect(profile.ops.reduce((sum, { msPerStep }) => sum + msPerStep, 0)).toBeCloseTo(profile.msPerStep, 6)
    const layers = new Set(profile.ops.map(({ layer }) => layer))
    const { document } = await fixture.client.call.models.get({ project: id, model: models[0]!.id })
    const convolutions = Object.values(document.nodes).filter(({ type }) => type === 'conv2d')
    expect(convolutions.length).toBeGreaterThan(0)
    for (const { name } of convolutions) expect(layers).toContain(name)
    for (const op of profile.ops) expect(op.msPerStep).toBeGreaterThanOrEqual(0)
    expect(profile.peak.gflops).toBeGreaterThan(profile.gflops)
    expect(await fixture.client.call.runs.list({ project: id })).toEqual([])
  })

  it('waits for the training before it, and can be stopped', async () => {
    const { id, models } = await fixture.create('digits')
    const model = models[0]!.id
    const training = await fixture.client.call.training.start({ project: id, model, set: { 'training.epochs': 100_000 } }) // biome-ignore format: one call
    const profile = fixture.client.call.models.profile({ project: id, model, seconds: 60 })
    const refused = expect(profile).rejects.toMatchObject({ details: { code: 'profile.stopped' } })
    await expect.poll(async () => (await fixture.client.call.jobs.list({})).map(({ kind, state }) => `${kind} ${state}`)).toEqual(['training running', 'profile queued']) // biome-ignore format: one expectation
    await fixture.client.call.jobs.stop({ job: training.job })
    const [job] = (await fixture.client.call.jobs.list({})).filter(({ kind }) => kind === 'profile')
    await expect.poll(async () => (await fixture.client.call.jobs.list({})).find(({ id: other }) => other === job!.id)!.done, { timeout: 20_000 }).toBeGreaterThan(0) // biome-ignore format: one expectation
    expect((await fixture.client.call.jobs.stop({ job: job!.id })).state).toBe('stopped')
    await refused
  })

  it('refuses a model that cannot be trained, before there is a job', async () => {
    const { id, models } = await fixture.create(null)
    await expect(fixture.client.call.models.profile({ project: id, model: models[0]!.id })).rejects.toMatchObject({
      details: { code: 'models.no-dataset' },
    })
    expect(await fixture.client.call.jobs.list({})).toEqual([])
  })
})
