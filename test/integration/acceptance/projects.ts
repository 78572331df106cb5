import { join } from 'node:path'
import { createEngine } from '../../../engine/engine.ts'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { clientOver } from '../../../engine/rpc/client.ts'
import type { EngineClient } from '../../../engine/rpc/contract/index.ts'
import type { ProjectInfo } from '../../../engine/rpc/contract/projects.ts'
import { memoryPair } from '../../../engine/rpc/transports/memory.ts'
import { ProjectStore } from '../../../engine/store/projects.ts'
import { succeed } from '../../support/cli.ts'

const resources = join(import.meta.dirname, '../../../resources')

let made = 0

/** A new project of a template, made by `lamina new`. Gives its path, which is new each time, so that a test can be tried again. */
export async function newProject(folder: string, template: string, name = template): Promise<string> {
  made += 1
  const path = join(folder, `${name}-${made}.lamina`)
  await succeed(folder, 'new', template, path)
  return path
}

/** Works on a project through an engine of this process, then closes it. `cores`: what its threads may use (default all). */
export async function inEngine<T>(
  folder: string,
  path: string,
  work: (client: EngineClient, project: ProjectInfo) => Promise<T>,
  cores?: number,
): Promise<T> {
  const engine = createEngine({ paths: { userData: join(folder, 'user'), resources }, ...(cores ? { cores } : {}) })
  const [mine, engines] = memoryPair()
  engine.connect(engines)
  const client = clientOver(mine)
  try {
    return await work(client, await client.call.projects.open({ path }))
  } finally {
    await engine.dispose()
  }
}

/** Saves what a user might have drawn: valid or not, the document is kept as it is. */
export async function redraw(
  folder: string,
  path: string,
  change: (document: GraphDocument) => GraphDocument,
): Promise<void> {
  await inEngine(folder, path, async (client, project) => {
    const model = project.models[0]!.id
    const { document, revision } = await client.call.models.get({ project: project.id, model })
    await client.call.models.save({ project: project.id, model, revision, document: change(document) as never })
  })
}

/** What a run left behind, free of ids and times. */
export interface RunBits {
  status: string
  epochs: { epoch: number; metrics: Record<string, number>; learningRate: number }[]
  /** Weights, moving statistics and optimiser slots after the last epoch, and of the best one. */
  last: Float32Array
  best: Float32Array | null
  iteration: number
}

/** Reads the newest run from the project file itself. */
export function newestRun(path: string): RunBits {
  const store = ProjectStore.open(path)
  try {
    const run = store.runs
      .list()
      .toSorted((a, b) => a.number - b.number)
      .at(-1)
    const last = run && store.runs.checkpoint(run.id, 'last')
    if (!run || !last) throw new Error(`${path} has no run with a checkpoint`)
    const epochs = store.runs.epochs(run.id).map(({ seconds: _, ...epoch }) => epoch)
    const best = store.runs.checkpoint(run.id, 'best')?.persistent ?? null
    return { status: run.status, epochs, last: last.persistent, best, iteration: last.iteration }
  } finally {
    store.dispose()
  }
}

/** All that a user put into a project, and what training made of it: to compare before and after something went wrong. */
export async function contentOf(folder: string, path: string): Promise<unknown> {
  return await inEngine(folder, path, async (client, project) => {
    const { id, name, notes, models, datasets } = project
    const inProject = { project: id }
    const drawings = models.map(({ id: model }) => client.call.models.get({ ...inProject, model }))
    const tables = datasets.map(async ({ id: dataset }) => ({
      ...(await client.call.datasets.get({ ...inProject, dataset })).description,
      rows: await client.call.datasets.rows({ ...inProject, dataset, from: 0, count: 1000 }),
    }))
    const store = ProjectStore.open(path)
    const runs = store.runs.list().map((run) => ({
      ...run,
      epochs: store.runs.epochs(run.id),
      last: store.runs.checkpoint(run.id, 'last'),
      best: store.runs.checkpoint(run.id, 'best'),
    }))
    store.dispose()
    return { name, notes, models: await Promise.all(drawings), datasets: await Promise.all(tables), runs }
  })
}
