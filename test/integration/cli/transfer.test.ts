import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StartedFrom } from '../../../engine/rpc/contract/training.ts'
import { Workspace } from './lamina.ts'

const work = new Workspace()
const project = work.path('stripes.lamina')
const TARGET = ['--model', 'four-directions']

/** Accuracy on the test rows of a run. */
async function accuracyOf(run: unknown): Promise<number> {
  const { accuracy } = await work.ok('evaluate', project, '--run', String(run), '--split', 'test')
  return (accuracy as { mean: number }).mean
}

/** What a run of `lamina train` started from. */
const startOf = (events: { event: string }[]): StartedFrom | undefined =>
  events.find(({ event }) => event === 'start') as unknown as StartedFrom | undefined

const fresh = [
  ...['--set', 'training.initialWeights.run='],
  ...['strokes', 'stripes'].flatMap((layer) => ['--set', `${layer}.frozen=false`]),
]

let early: Awaited<ReturnType<Workspace['run']>>
let base: number
let baseId: string

beforeAll(async () => {
  await work.ok('new', 'transfer-learning', project)
  early = await work.run('train', project, ...TARGET, '--json')
  const { number, runId } = await work.ok('train', project)
  base = number as number
  baseId = runId as string
})
afterAll(() => work.dispose())

describe('the template transfer-learning', () => {
  it('says which of its models is trained first', async () => {
    const made = await work.run('new', 'transfer-learning', work.path('told.lamina'))
    expect(made.stdout).toMatch(
      /Next: lamina train \S+ --model six-directions\nThen: lamina train \S+ --model four-directions/,
    )
    const listed = await work.run('templates', '--json')
    const template = listed.events.find((event) => event.event === 'template' && event.id === 'transfer-learning')
    expect(template).toMatchObject({ models: ['six-directions', 'four-directions'] })
  })

  it('says which model to train first', () => {
    expect(early.code).toBe(1)
    expect(early.last).toMatchObject({
      code: 'training.initial-weights-run',
      fix: expect.stringContaining('Train "six-directions" first'),
    })
  })

  it('starts from its weights and tells new directions better than fresh networks do', async () => {
    const { events, last } = await work.run('train', project, ...TARGET, '--json')
    const start = startOf(events)
    expect(start).toMatchObject({ project: null, number: base, modelName: 'six-directions' })
    expect(start?.layers.map(({ layer, status }) => [layer, status])).toEqual([
      ['strokes', 'loaded'],
      ['stripes', 'loaded'],
      ['four', 'missing'],
    ])
    const transferred = await accuracyOf(last.number)
    const scratch: number[] = []
    for (const seed of ['1', '2', '3']) {
      const run = await work.ok('train', project, ...TARGET, ...fresh, '--seed', seed)
      scratch.push(await accuracyOf(run.number))
    }
    expect(transferred).toBeGreaterThan(0.8)
    expect(transferred).toBeGreaterThan(Math.max(...scratch) + 0.1)
  })
})

describe('lamina train --from', () => {
  it('takes weights of another project and leaves what has other shapes where that is asked for', async () => {
    const other = work.path('other.lamina')
    await work.ok('new', 'digits-cnn', other)
    const before = readFileSync(project)
    const from = ['--from', String(base), '--from-project', project, '--epochs', '1']
    const named = (layers: string) => ['--set', `training.initialWeights.layers=${layers}`]
    const refused = await work.run('train', other, ...from, ...named('strokes=,shapes=strokes'), '--json')
    expect(refused.last).toMatchObject({
      code: 'training.initial-weights-shape',
      where: 'shapes',
      expected: 'kernel 3 x 3 x 16 x 32, bias 32',
    })
    // Reading is not writing.
    expect(readFileSync(project).equals(before)).toBe(true)
  })

  it('lists what it loads and what it leaves', async () => {
    const from = ['--from', String(base), '--epochs', '1', '--set', 'training.initialWeights.mismatch=skip']
    const names = ['--set', 'training.initialWeights.layers=four=six, strokes=']
    const { events, last } = await work.run('train', project, ...TARGET, ...from, ...names, '--json')
    expect(startOf(events)?.layers.map(({ layer, from: theirs, status }) => [layer, theirs, status])).toEqual([
      ['strokes', null, 'left'],
      ['stripes', 'stripes', 'loaded'],
      ['four', 'six', 'shape'],
    ])
    expect(last).toMatchObject({ event: 'done', status: 'completed' })
  })

  it.each([
    [['--from', '99'], 'store.no-such-run'],
    [['--from', 'model:nothing'], 'training.initial-weights-run'],
    [['--from', 'latest', '--from-project', 'nowhere.lamina'], 'training.initial-weights-project'],
    [['--from', '1', '--set', 'training.initialWeights.layers=strokes'], 'training.initial-weights-layers'],
    [['--from', '1', '--set', 'training.initialWeights.layers=stroke=strokes'], 'training.initial-weights-layers'],
    [['--from', '1', '--set', 'training.initialWeights.layers=strokes=stroke'], 'training.initial-weights-layers'],
    [
      ['--from', '1', '--set', 'training.initialWeights.layers=strokes=,stripes=,four='],
      'training.initial-weights-none',
    ],
  ])('%j is refused', async (options, code) => {
    const { last } = await work.run('train', project, ...TARGET, ...options, '--json')
    expect(last).toMatchObject({ event: 'error', code })
  })
})

describe('lamina transfer', () => {
  it('makes a model that is frozen but for a new head of as many units as the data has classes', async () => {
    const target = work.path('ten.lamina')
    await work.ok('new', 'transfer-learning', target)
    const made = await work.ok(
      'transfer',
      target,
      '--run',
      String(base),
      '--from-project',
      project,
      '--name',
      'ten',
      '--data',
      'stripes-four-directions',
    )
    expect(made).toMatchObject({ model: { name: 'ten' }, frozen: ['strokes', 'stripes'], heads: ['head_1'] })
    const { events, last } = await work.run(
      'train',
      target,
      '--model',
      'ten',
      '--epochs',
      '2',
      '--batch-size',
      '4',
      '--json',
    )
    expect(last).toMatchObject({ event: 'done', status: 'completed' })
    expect(startOf(events)?.layers.map(({ status }) => status)).toEqual(['loaded', 'loaded', 'missing'])
    const kept = await work.withEngine(async (client) => {
      const { id } = await client.call.projects.open({ path: target })
      const [run] = await client.call.runs.list({ project: id })
      return client.call.runs.get({ project: id, run: run!.id })
    })
    expect(kept.snapshot.start?.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('keeps the head, which goes on learning', async () => {
    const made = await work.ok('transfer', project, '--run', 'model:six-directions', '--keep-head')
    expect(made).toMatchObject({ frozen: ['strokes', 'stripes'], heads: ['six'] })
    const name = (made.model as { name: string }).name
    const { events } = await work.run('train', project, '--model', name, '--epochs', '1', '--json')
    expect(startOf(events)?.layers.every(({ status }) => status === 'loaded')).toBe(true)
  })
})

describe('a run that started from another', () => {
  it('is cross-validated from the same weights, and needs the run no more once it has begun', async () => {
    const scores = await work.ok('evaluate', project, ...TARGET, '--kfold', '2', '--set', 'training.epochs=3')
    expect(scores).toMatchObject({ event: 'done' })
    await work.withEngine(async (client) => {
      const { id } = await client.call.projects.open({ path: project })
      const started = (await client.call.runs.list({ project: id })).filter(
        (run) => run.modelName === 'four-directions',
      )[0]!
      await client.call.runs.remove({ project: id, run: baseId })
      expect(await client.call.runs.get({ project: id, run: started.id })).toMatchObject({
        snapshot: { start: { number: base } },
      })
    })
  })
})
