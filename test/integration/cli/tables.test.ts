import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Workspace } from './lamina.ts'

const work = new Workspace()
afterAll(() => work.dispose())

interface Score {
  mean: number
  sd: number
  folds: number[]
}

async function crossValidate(project: string, ...more: string[]): Promise<Record<string, Score>> {
  const done = await work.ok('evaluate', work.path(project), '--kfold', '5', '--seed', '1', ...more)
  return done as unknown as Record<string, Score>
}

beforeAll(async () => {
  for (const template of ['iris', 'wine', 'breast-cancer', 'digits', 'diabetes', 'xor'])
    await work.ok('new', template, work.path(`${template}.lamina`))
})

describe('the templates by 5-fold cross-validation with seed 1', () => {
  it.each([
    ['iris', 0.94],
    ['wine', 0.96],
    ['breast-cancer', 0.965],
    ['digits', 0.965],
  ])('%s is told apart with an accuracy of at least %d', async (template, least) => {
    const { accuracy } = await crossValidate(`${template}.lamina`)
    expect(accuracy!.folds).toHaveLength(5)
    expect(accuracy!.mean).toBeCloseTo(accuracy!.folds.reduce((a, b) => a + b) / 5, 12)
    expect(accuracy!.mean).toBeGreaterThanOrEqual(least)
  })

  it('wine collapses below 0.75 when its columns are not scaled', async () => {
    const { accuracy } = await crossValidate('wine.lamina', '--set', 'data.scaling=none')
    expect(accuracy!.mean).toBeLessThan(0.75)
  })

  it('diabetes is explained with an R² from 0.40 to 0.52', async () => {
    const { r2 } = await crossValidate('diabetes.lamina')
    expect(r2!.mean).toBeGreaterThanOrEqual(0.4)
    expect(r2!.mean).toBeLessThanOrEqual(0.52)
  })

  // Standard error of chance over 150, 178 and 1797 rows: 0.04, 0.04, 0.007; four of them are allowed.
  it.each([
    ['iris', 1 / 3, 0.16],
    ['wine', 0.4, 0.16],
    ['digits', 0.1, 0.03],
  ])('%s with shuffled labels is guessed at chance', async (template, chance, tolerance) => {
    const { accuracy } = await crossValidate(`${template}.lamina`, '--shuffle-labels')
    expect(Math.abs(accuracy!.mean - chance)).toBeLessThan(tolerance)
  })

  it('diabetes with shuffled labels explains nothing', async () => {
    const { r2 } = await crossValidate('diabetes.lamina', '--shuffle-labels')
    expect(r2!.mean).toBeLessThan(0.05)
  })
})

describe('exclusive or', () => {
  it('is learned exactly by 2-4-1', async () => {
    const done = await work.ok('train', work.path('xor.lamina'), '--seed', '1')
    expect(done).toMatchObject({ status: 'completed', metrics: { accuracy: 1 } })
    const evaluated = await work.ok('evaluate', work.path('xor.lamina'), '--split', 'train')
    expect(evaluated.accuracy).toEqual({ mean: 1, sd: 0, folds: [1] })
  })

  it('is not learned without a hidden layer', async () => {
    await work.withEngine(async (client) => {
      const project = await client.call.projects.open({ path: work.path('xor.lamina') })
      const [first] = project.models
      const { document, revision } = await client.call.models.get({ project: project.id, model: first!.id })
      const nodes = Object.values(document.nodes).filter((node) => node.name !== 'hidden_1')
      const kept = Object.values(document.edges)
      const into = kept.find((edge) => document.nodes[edge.to.node]!.name === 'hidden_1')!
      const from = kept.find((edge) => document.nodes[edge.from.node]!.name === 'hidden_1')!
      const edges = kept.filter((edge) => edge !== into && edge !== from)
      const single = { ...from, from: into.from }
      const copy = await client.call.models.create({ project: project.id, name: 'single', copyOf: first!.id })
      await client.call.models.save({
        project: project.id,
        model: copy.id,
        revision: copy.revision,
        document: JSON.parse(
          JSON.stringify({
            ...document,
            nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
            edges: Object.fromEntries([...edges, single].map((edge) => [edge.id, edge])),
          }),
        ),
      })
      expect(revision).toBe(1)
    })
    const done = await work.ok('train', work.path('xor.lamina'), '--model', 'single', '--epochs', '2000')
    expect((done.metrics as Record<string, number>).accuracy).toBeLessThanOrEqual(0.75)
  })
})
