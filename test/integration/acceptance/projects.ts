import { join } from 'node:path'
import { createEngine } from '../../../engine/engine.ts'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { clientOver } from '../../../engine/rpc/client.ts'
import type { EngineClient } from '../../../engine/rpc/contract/index.ts'
import type { ProjectInfo } from '../../../engine/rpc/contract/projects.ts'
import { memoryPair } from '../../../engine/rpc/transports/memory.ts'
import { succeed } from '../../support/cli.ts'

const resources = join(import.meta.dirname, '../../../resources')

/** A new project of a template, made by `lamina new`. Gives its path. */
export async function newProject(folder: string, template: string, name = template): Promise<string> {
  const path = join(folder, `${name}.lamina`)
  await succeed(folder, 'new', template, path)
  return path
}

/** Works on a project through an engine of this process, then closes it. */
export async function inEngine<T>(
  folder: string,
  path: string,
  work: (client: EngineClient, project: ProjectInfo) => Promise<T>,
): Promise<T> {
  const engine = createEngine({ paths: { userData: join(folder, 'user'), resources } })
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
