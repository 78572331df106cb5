import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ErrorDetails } from '../../../engine/base/errors.ts'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { fail, succeed, workFolder } from '../../support/cli.ts'
import { contentOf, newProject, redraw } from './projects.ts'

const folder = workFolder()
const irisText = readFileSync(join(import.meta.dirname, '../../../resources/datasets/iris.csv'), 'utf8')
const irisLines = irisText.trimEnd().split('\n')

interface Bad {
  code: string
  /** What the error must name, by field. */
  where: RegExp
  received: RegExp
}

/** Code, place, expected, received, remedy: all there, no stack, no defect, exit code 1. */
function expectClear(result: { code: number | null; error: ErrorDetails; stderr: string }, bad: Bad): void {
  const { code, error, stderr } = result
  expect(error.code).toBe(bad.code)
  expect(code).toBe(1)
  for (const field of ['message', 'where', 'expected', 'received', 'fix'] as const)
    expect(error[field], `${error.code}: ${field}`).toMatch(/\S/)
  expect(error.where).toMatch(bad.where)
  expect(error.received).toMatch(bad.received)
  expect(stderr).toBe('')
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** A project in use: drawn, trained once, checkpointed. */
let trained: string

beforeAll(async () => {
  trained = await newProject(folder, 'iris', 'trained')
  await succeed(folder, 'train', trained, '--epochs', 3)
})

/** A copy of it under another name. */
function copyOfTrained(name: string): string {
  const path = join(folder, `${name}.lamina`)
  copyFileSync(trained, path)
  return path
}

/** Runs a command that must fail on a project, whose content must be the same afterwards. */
async function failsAndKeeps(path: string, bad: Bad, ...args: (string | number)[]): Promise<void> {
  const before = await contentOf(folder, path)
  expectClear(await fail(folder, ...args), bad)
  expect(await contentOf(folder, path)).toEqual(before)
  expect(existsSync(`${path}-wal`)).toBe(false)
}

/** Iris with one cell of a line (from 1, the header) replaced. */
function withCell(line: number, column: number, cell: string): string {
  const cells = irisLines[line - 1]!.split(',').with(column, cell)
  return irisLines.with(line - 1, cells.join(',')).join('\n')
}

describe('a table that cannot be used', () => {
  const tables: [name: string, content: () => string | Buffer, bad: Bad][] = [
    [
      'wrong-delimiter',
      () => irisText.replaceAll(',', ':'),
      { code: 'data.wrong-delimiter', where: /line 1/, received: /colon gives 5 columns/ },
    ],
    [
      'ragged-rows',
      () => irisLines.with(4, '5.0,3.6,1.4').with(9, `${irisLines[9]},1`).join('\n'),
      { code: 'data.ragged-row', where: /line 5, 10/, received: /3, 6 cells/ },
    ],
    [
      'text-in-numeric-column',
      () => withCell(7, 0, 'wide'),
      { code: 'data.text-in-numeric-column', where: /"sepal_length_cm", line 7/, received: /"wide"/ },
    ],
    [
      'missing-target',
      () => irisLines.map((line) => line.split(',').slice(0, 4).join(',')).join('\n'),
      { code: 'data.missing-target', where: /missing-target\.csv/, received: /"petal_width_cm"/ },
    ],
    [
      'nan',
      () => withCell(8, 1, 'NaN'),
      { code: 'data.not-finite', where: /"sepal_width_cm", line 8/, received: /NaN/ },
    ],
    ['infinity', () => withCell(9, 2, '-inf'), { code: 'data.not-finite', where: /line 9/, received: /-inf/ }],
    ['too-large', () => withCell(9, 2, '1e999'), { code: 'data.not-finite', where: /line 9/, received: /1e999/ }],
    ['empty', () => '', { code: 'data.empty-file', where: /empty\.csv/, received: /no characters/ }],
    [
      'single-line',
      () => Buffer.alloc(100 * 2 ** 20, '5.1,'),
      { code: 'data.line-too-long', where: /line 1/, received: /100\.0 MiB/ },
    ],
  ]

  it.each(tables)('%s: no project is made of it, and the file stays as it is', async (name, content, bad) => {
    const data = join(folder, `${name}.csv`)
    writeFileSync(data, content())
    const hash = hashOf(data)
    const path = join(folder, `${name}.lamina`)
    expectClear(await fail(folder, 'new', 'iris', path, '--data', data), bad)
    expect(readdirSync(folder).filter((file) => file.startsWith(`${basename(path)}`))).toEqual([])
    expect(hashOf(data)).toBe(hash)
    expect(statSync(data).size).toBe(Buffer.byteLength(content()))
  })

  it('one-class target: the project keeps the table, and says what is wrong before it trains', async () => {
    const data = join(folder, 'one-class.csv')
    writeFileSync(data, irisLines.slice(0, 51).join('\n'))
    const path = join(folder, 'one-class.lamina')
    await succeed(folder, 'new', 'iris', path, '--data', data)
    const bad = { code: 'data.one-class-target', where: /"species"/, received: /"setosa"/ }
    await failsAndKeeps(path, bad, 'train', path)
    await failsAndKeeps(path, bad, 'check', path)
    await failsAndKeeps(path, bad, 'evaluate', path, '--kfold', 5)
  })
})

describe('a project file that cannot be used', () => {
  const commands = [['summary'], ['train'], ['runs'], ['evaluate', '--kfold', '5']]

  it.each(commands)('%s leaves the database of another program alone', async (...command) => {
    const path = join(folder, `foreign-${command[0]}.lamina`)
    const database = new BetterSqlite(path)
    database.exec('CREATE TABLE notes (text); INSERT INTO notes VALUES (1)')
    database.close()
    const hash = hashOf(path)
    const [verb, ...rest] = command
    const bad = { code: 'store.not-a-project', where: /foreign/, received: /another program/ }
    expectClear(await fail(folder, verb!, path, ...rest), bad)
    expect(hashOf(path)).toBe(hash)
    expect(readdirSync(folder).filter((file) => file.startsWith(basename(path)))).toEqual([basename(path)])
  })

  it.each(commands)('%s leaves a truncated project alone', async (...command) => {
    const path = copyOfTrained(`cut-${command[0]}`)
    truncateSync(path, Math.floor(statSync(path).size / 2))
    const hash = hashOf(path)
    const [verb, ...rest] = command
    const bad = { code: 'store.truncated', where: /cut/, received: /^\d+ of \d+ bytes$/ }
    expectClear(await fail(folder, verb!, path, ...rest), bad)
    expect(hashOf(path)).toBe(hash)
    expect(readdirSync(folder).filter((file) => file.startsWith(basename(path)))).toEqual([basename(path)])
  })
})

describe('a network that cannot be trained', () => {
  const graphs: [name: string, change: (document: GraphDocument) => GraphDocument, bad: Bad][] = [
    [
      'cycle',
      (document) => rewire(document, 'features-hidden_1', 'hidden_2'),
      { code: 'graph.cycle', where: /hidden_1/, received: /hidden_1.*hidden_2|hidden_2.*hidden_1/ },
    ],
    [
      'unconnected-layer',
      (document) => {
        const { 'hidden_1-hidden_2': _, ...edges } = document.edges
        return { ...document, edges }
      },
      { code: 'graph.unconnected', where: /hidden_2/, received: /\S/ },
    ],
    [
      'shape-mismatch',
      (document) => {
        const square = { ...document.nodes.hidden_2!, type: 'reshape', params: { targetShape: [3, 7] } }
        return { ...document, nodes: { ...document.nodes, hidden_2: square } }
      },
      { code: 'layer.reshape', where: /hidden_2/, received: /16/ },
    ],
    [
      'units-and-classes',
      (document) => {
        const classes = { ...document.nodes.classes!, params: { units: 7, activation: 'softmax' } }
        return { ...document, nodes: { ...document.nodes, classes } }
      },
      { code: 'loss.shape', where: /species/, received: /7 units/ },
    ],
  ]

  it.each(graphs)('%s: told at once; the drawing and earlier runs stay', async (name, change, bad) => {
    const path = copyOfTrained(name)
    await redraw(folder, path, change)
    await failsAndKeeps(path, bad, 'train', path)
    await failsAndKeeps(path, bad, 'check', path)
    await failsAndKeeps(path, bad, 'evaluate', path, '--kfold', 5)
  })
})

describe('settings that cannot work', () => {
  it('batch larger than the data: told before a run is made', async () => {
    const path = copyOfTrained('batch')
    const bad = { code: 'training.batch-larger-than-data', where: /batchSize/, received: /1000/ }
    await failsAndKeeps(path, bad, 'train', path, '--batch-size', 1000)
  })

  it('diverging learning rate: the run ends as failed with the place, earlier ones stay', async () => {
    const path = await newProject(folder, 'diabetes', 'diverging')
    await succeed(folder, 'train', path, '--epochs', 3)
    const before = (await contentOf(folder, path)) as { runs: { number: number }[] }
    const result = await fail(folder, 'train', path, '--set', 'training.optimizer=sgd', '--set', 'training.optimizer.learningRate=1000') // biome-ignore format: one command
    expectClear(result, { code: 'training.diverged', where: /learningRate/, received: /learning rate 1000/ })
    expect(result.error.fix).toContain('Lower the learning rate')
    expect(result.error.data).toMatchObject({ epoch: expect.any(Number), step: expect.any(Number) })
    const after = (await contentOf(folder, path)) as typeof before
    const [first, second] = after.runs.toSorted((a, b) => a.number - b.number)
    expect({ ...after, runs: [first] }).toEqual(before)
    expect(second).toMatchObject({ status: 'failed', error: { code: 'training.diverged' } })
    await succeed(folder, 'evaluate', path, '--run', 1)
  })
})

function rewire(document: GraphDocument, edge: string, from: string): GraphDocument {
  const old = document.edges[edge]!
  return { ...document, edges: { ...document.edges, [edge]: { ...old, from: { node: from, port: 'output' } } } }
}
