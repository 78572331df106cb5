import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { LaminaError } from '../../base/errors.ts'
import { hashBytes } from '../../data/files.ts'
import { decodeSafetensors, encodeSafetensors } from '../../export/safetensors/safetensors.ts'
import { namedWeights } from '../../export/weights.ts'
import type { StoredRun } from '../../store/runs.ts'
import type { TrainingPlan } from '../../training/plan.ts'
import type { SourceTensor } from '../../training/plan-weights.ts'
import type { EngineContext } from './context.ts'
import type { OpenProject } from './projects.ts'
import { loadTrained } from './trained-model.ts'

/** Weights that a training starts from, and where they come from. */
export interface LoadedSource {
  tensors: readonly SourceTensor[]
  /** The tensors as a safetensors file: what is kept with the run. */
  bytes: Uint8Array
  origin: { project: string | null; run: string; number: number; name: string; modelName: string; hash: string }
}

function unknownRun(run: string, message: string, fix: string): LaminaError {
  return new LaminaError({
    code: 'training.initial-weights-run',
    message,
    where: 'training.initialWeights.run',
    expected: 'id or number of a run with weights, latest, or model:<name>',
    received: run,
    fix,
  })
}

/** The run that a plan's `initialWeights.run` means. Throws `training.initial-weights-run`, `store.no-such-run`. */
export function sourceRun({ store }: OpenProject, wanted: string): StoredRun {
  const trained = store.runs.list().filter((run) => run.kind === 'train' && store.runs.hasCheckpoint(run.id))
  if (wanted === 'latest') {
    const latest = trained.findLast(({ status }) => status === 'completed') ?? trained.at(-1)
    if (latest) return latest
    throw unknownRun(wanted, 'No model of the project was trained yet.', 'Train one first: lamina train <project>.')
  }
  if (!wanted.startsWith('model:')) return store.runs.get(wanted)
  const name = wanted.slice('model:'.length)
  const run = trained.findLast((each) => each.modelName === name && each.status === 'completed')
  if (run) return run
  const models = store.models.list().map((model) => model.name)
  if (models.includes(name))
    throw unknownRun(
      wanted,
      `This model starts from the weights of "${name}", which was not trained yet.`,
      `Train "${name}" first (lamina train <project> --model ${name}), then this one.`,
    )
  throw unknownRun(wanted, `The project has no model "${name}".`, `Name one of ${models.join(', ')}, or a run.`)
}

/** Reads in a project file, which stays as it is. */
export function withProject<T>(
  context: Pick<EngineContext, 'projects'>,
  project: OpenProject,
  path: string,
  work: (source: OpenProject) => T,
): T {
  if (path === '') return work(project)
  const full = resolve(dirname(project.store.path), path)
  if (!existsSync(full))
    throw new LaminaError({
      code: 'training.initial-weights-project',
      message: 'The project to start from is not there.',
      where: 'training.initialWeights.project',
      expected: 'the path of a .lamina file',
      received: full,
      fix: 'Correct the path, or leave it empty for this project.',
    })
  return context.projects.read(full, work)
}

/** The weights that a plan starts from; null when it starts with fresh ones. Throws `training.initial-weights-*`, `runs.no-weights`. */
export function loadSource(
  context: Pick<EngineContext, 'projects'>,
  project: OpenProject,
  { initialWeights }: TrainingPlan,
): LoadedSource | null {
  if (initialWeights.run === '') return null
  return withProject(context, project, initialWeights.project, (source) => {
    const stored = sourceRun(source, initialWeights.run)
    const { model, name, number, modelName } = loadTrained(source, stored.id)
    const tensors = namedWeights(model.compiled, model.persistent)
    const bytes = encodeSafetensors(tensors, {})
    const path = source === project ? null : source.store.path
    return {
      tensors,
      bytes,
      origin: { project: path, run: stored.id, number, name, modelName, hash: hashBytes(bytes) },
    }
  })
}

/** The weights that were kept with a run when it began. */
export function keptSource(project: OpenProject, run: string): readonly SourceTensor[] | undefined {
  const bytes = project.store.runs.initialWeights(run)
  return bytes ? decodeSafetensors(bytes).tensors : undefined
}
