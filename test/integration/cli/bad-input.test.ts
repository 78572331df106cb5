import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import BetterSqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { type Result, Workspace } from './lamina.ts'

const work = new Workspace()
afterAll(() => work.dispose())

/** Code, place, expectation, finding and remedy are all there. */
function expectExplained({ code, last, stderr }: Result, errorCode: string | RegExp): void {
  expect(last.event).toBe('error')
  expect(code).toBe(1)
  expect(last.code).toMatch(errorCode)
  for (const field of ['message', 'where', 'expected', 'received', 'fix'])
    expect(last[field], `${last.code} says ${field}`).toEqual(expect.stringMatching(/\S/))
  expect(stderr).toBe('')
}

function iris(change: (lines: string[]) => string[]): string {
  const lines = readFileSync('resources/datasets/iris.csv', 'utf8').trim().split('\n')
  return `${change(lines).join('\n')}\n`
}

const withLine = (number: number, edit: (cells: string[]) => string[]) =>
  iris((lines) => lines.map((line, index) => (index === number - 1 ? edit(line.split(',')).join(',') : line)))

const tables: Record<string, { text: string; code: string; where: RegExp }> = {
  'rows of different length': {
    text: withLine(7, (cells) => [...cells, '9']),
    code: 'data.ragged-row',
    where: /line 7/,
  },
  'text in a numeric column': {
    text: withLine(5, ([, ...rest]) => ['wide', ...rest]),
    code: 'data.text-in-numeric-column',
    where: /sepal_length_cm.*line 5/,
  },
  'a missing target column': {
    text: iris((lines) => lines.map((line) => line.split(',').slice(0, -1).join(','))),
    code: 'data.missing-target',
    where: /table/,
  },
  'an infinite number': {
    text: withLine(9, ([, ...rest]) => ['inf', ...rest]),
    code: 'data.not-finite',
    where: /line 9/,
  },
  'nothing in it': { text: '', code: 'data.empty-file', where: /table/ },
  'a header only': { text: iris((lines) => lines.slice(0, 1)), code: 'data.no-rows', where: /table/ },
  'a column name twice': {
    text: iris(([, ...rows]) => ['a,a,b,c,species', ...rows]),
    code: 'data.duplicate-column',
    where: /table/,
  },
}

describe('lamina new with a table that has', () => {
  it.each(Object.entries(tables))(
    '%s is refused, and no project is left behind',
    async (name, { text, code, where }) => {
      const data = work.path('table.csv')
      writeFileSync(data, text)
      const project = work.path(`${name.replaceAll(' ', '-')}.lamina`)
      const result = await work.run('new', 'iris', project, '--data', data, '--json')
      expectExplained(result, code)
      expect(result.last.where).toMatch(where)
      expect(existsSync(project)).toBe(false)
    },
  )

  it('one line of 100 MB is refused within two seconds', { retry: 2 }, async () => {
    const data = work.path('line.csv')
    const file = openSync(data, 'w')
    const chunk = Buffer.alloc(1 << 20, '1,')
    for (let part = 0; part < 100; part += 1) writeSync(file, chunk)
    closeSync(file)
    const before = process.memoryUsage().rss
    const started = performance.now()
    const result = await work.run('new', 'iris', work.path('line.lamina'), '--data', data, '--json')
    expect(performance.now() - started).toBeLessThan(2000)
    expect(process.memoryUsage().rss - before).toBeLessThan(400e6)
    expectExplained(result, 'data.line-too-long')
  })

  it('no file at all is refused', async () => {
    const result = await work.run('new', 'iris', work.path('x.lamina'), '--data', work.path('absent.csv'), '--json')
    expectExplained(result, 'data.file-missing')
  })
})

describe('a project file', () => {
  let whole: string
  beforeAll(async () => {
    whole = work.path('whole.lamina')
    await work.ok('new', 'digits', whole)
  })

  it('that is a database of another program is refused and not touched', async () => {
    const path = work.path('other.lamina')
    const database = new BetterSqlite(path)
    database.exec('CREATE TABLE notes (text TEXT)')
    database.close()
    const before = readFileSync(path)
    expectExplained(await work.run('train', path, '--json'), 'store.not-a-project')
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('that is no database is refused', async () => {
    expectExplained(await work.run('summary', 'resources/datasets/iris.csv', '--json'), 'store.not-a-project')
  })

  it('that was cut short is refused and not touched', async () => {
    const path = work.path('cut.lamina')
    writeFileSync(path, readFileSync(whole))
    truncateSync(path, Math.floor(statSync(path).size / 2))
    const before = readFileSync(path)
    expectExplained(await work.run('train', path, '--json'), 'store.truncated')
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('that is not there is refused', async () => {
    expectExplained(await work.run('train', work.path('nowhere.lamina'), '--json'), 'store.file-missing')
  })
})

describe('a model', () => {
  let count = 0

  /** A new iris project whose drawing is changed. */
  async function drawn(change: (document: GraphDocument) => GraphDocument): Promise<string> {
    const path = work.path(`model-${count++}.lamina`)
    await work.ok('new', 'iris', path)
    await work.withEngine(async (client) => {
      const project = await client.call.projects.open({ path })
      const model = project.models[0]!.id
      const { document, revision } = await client.call.models.get({ project: project.id, model })
      const json = JSON.parse(JSON.stringify(change(document)))
      await client.call.models.save({ project: project.id, model, revision, document: json })
    })
    return path
  }

  const named = (document: GraphDocument, name: string) =>
    Object.values(document.nodes).find((node) => node.name === name)!
  const edgeInto = (document: GraphDocument, name: string) =>
    Object.values(document.edges).find((edge) => edge.to.node === named(document, name).id)!

  it('with a cycle is refused with the layers of it', async () => {
    const path = await drawn((document) => {
      const edge = edgeInto(document, 'hidden_1')
      const loop = { ...edge, from: { node: named(document, 'hidden_2').id, port: edge.from.port } }
      return { ...document, edges: { ...document.edges, [edge.id]: loop } }
    })
    const result = await work.run('train', path, '--json')
    expectExplained(result, 'graph.cycle')
    expect(JSON.stringify(result.last)).toContain('hidden_2')
  })

  it('with a layer that nothing is connected to is refused', async () => {
    const path = await drawn((document) => {
      const { [edgeInto(document, 'hidden_2').id]: _, ...edges } = document.edges
      return { ...document, edges }
    })
    const result = await work.run('train', path, '--json')
    expectExplained(result, 'graph.unconnected')
    expect(result.last.where).toContain('hidden_2')
  })

  it('whose shapes do not fit is refused', async () => {
    const path = await drawn((document) => {
      const classes = named(document, 'classes')
      return {
        ...document,
        nodes: { ...document.nodes, [classes.id]: { ...classes, params: { ...classes.params, units: 7 } } },
      }
    })
    expectExplained(await work.run('train', path, '--json'), /^(loss|output|graph|layer)\./)
  })

  it('with a batch larger than the data is refused', async () => {
    const path = await drawn((document) => document)
    const result = await work.run('train', path, '--batch-size', '5000', '--json')
    expectExplained(result, 'training.batch-larger-than-data')
    expect(result.last).toMatchObject({ received: '5000', expected: expect.stringContaining('90') })
  })

  it('with one class only is refused', async () => {
    const data = work.path('one-class.csv')
    writeFileSync(
      data,
      iris((lines) => lines.slice(0, 51)),
    )
    const path = work.path('one-class.lamina')
    const created = await work.run('new', 'iris', path, '--data', data, '--json')
    const result = created.code === 0 ? await work.run('train', path, '--json') : created
    expectExplained(result, 'data.one-class-target')
    if (created.code === 0) expectExplained(await work.run('check', path, '--json'), 'data.one-class-target')
  })

  it('that diverges fails with epoch, learning rate and remedy, and keeps its history', async () => {
    const path = work.path('diverging.lamina')
    await work.ok('new', 'diabetes', path)
    const set = ['training.optimizer=sgd', 'training.optimizer.learningRate=1000'].flatMap((item) => ['--set', item])
    const result = await work.run('train', path, ...set, '--json')
    expectExplained(result, 'training.diverged')
    expect(result.last.received).toContain('learning rate 1000')
    const { runs } = await work.ok('runs', path)
    expect(runs).toMatchObject([{ status: 'failed' }])
  })

  it('read with the wrong delimiter is refused', async () => {
    const path = await drawn((document) => document)
    await work.withEngine(async (client) => {
      const project = await client.call.projects.open({ path })
      const before = await client.call.datasets.get({ project: project.id, dataset: project.datasets[0]!.id })
      const update = client.call.datasets.update({
        project: project.id,
        dataset: project.datasets[0]!.id,
        csv: { delimiter: ';' },
      })
      await expect(update).rejects.toMatchObject({
        details: {
          code: 'data.wrong-delimiter',
          where: expect.stringMatching(/\S/),
          expected: expect.stringMatching(/\S/),
          received: expect.stringMatching(/\S/),
          fix: expect.stringMatching(/\S/),
        },
      })
      const after = await client.call.datasets.get({ project: project.id, dataset: project.datasets[0]!.id })
      expect(after).toEqual(before)
    })
  })
})
