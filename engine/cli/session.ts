import type { Engine } from '../engine.ts'
import type { EngineClient } from '../rpc/contract/index.ts'
import type { ModelRecord } from '../rpc/contract/models.ts'
import type { ProjectInfo } from '../rpc/contract/projects.ts'
import type { RunSummary } from '../rpc/contract/training.ts'
import { usageError } from './errors.ts'
import type { Output } from './output.ts'

/** What every command gets. */
export interface CommandContext {
  output: Output
  version: string
  /** Starts the engine (once) and connects to it as any window would. */
  connect(): Promise<{ engine: Engine; client: EngineClient }>
  /** Opens a project through the engine. */
  open(path: string): Promise<{ client: EngineClient; project: ProjectInfo }>
}

/** The model of that name or id; without a name the only one, or the first. Throws `cli.usage`. */
export function chooseModel(project: ProjectInfo, name: string | undefined): { id: string; name: string } {
  const { models } = project
  const found = name === undefined ? models[0] : models.find((model) => model.name === name || model.id === name)
  if (found) return found
  throw usageError({
    message: name === undefined ? 'The project has no model.' : `The project has no model "${name}".`,
    where: project.path,
    expected: models.length > 0 ? `one of ${models.map((model) => model.name).join(', ')}` : 'a project with a model',
    received: name ?? 'none',
    fix: name === undefined ? 'Draw one in the studio.' : 'Name one of these with --model, or leave it out.',
  })
}

/** The run of that id or number; `latest` = the newest training. Throws `cli.usage`. */
export async function chooseRun(client: EngineClient, project: ProjectInfo, name: string): Promise<RunSummary> {
  const runs = await client.call.runs.list({ project: project.id })
  const byNumber = [...runs].sort((a, b) => a.number - b.number)
  const wanted = name.replace(/^#/, '')
  const found =
    name === 'latest'
      ? byNumber.findLast((run) => run.kind === 'train')
      : byNumber.find((run) => run.id === name || String(run.number) === wanted)
  if (found) return found
  const shown = byNumber.slice(-5).map((run) => run.id)
  throw usageError({
    message: name === 'latest' ? 'The project has no run yet.' : `The project has no run "${name}".`,
    where: project.path,
    expected: shown.length > 0 ? `an id or number of \`lamina runs\`, such as ${shown.join(', ')}` : 'a trained model',
    received: name,
    fix: shown.length > 0 ? 'Choose one of them with --run.' : 'Train first: lamina train <project>.',
  })
}

export async function getModel(
  client: EngineClient,
  project: ProjectInfo,
  name: string | undefined,
): Promise<ModelRecord> {
  return client.call.models.get({ project: project.id, model: chooseModel(project, name).id })
}
