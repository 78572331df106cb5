import { LaminaError } from '../../base/errors.ts'
import type { DatasetDescription, Split, Table } from '../../data/dataset.ts'
import { rowsWithoutMissing } from '../../data/preprocess.ts'
import { splitTable } from '../../data/split.ts'
import { usesTargets } from '../../training/objectives.ts'
import { signatureOf } from '../../training/prepare.ts'
import { prepareModel } from '../../training/prepare-model.ts'
import type { TrainedModel } from '../../training/trainer.ts'
import type { OpenProject } from './projects.ts'
import { snapshotOf } from './run-views.ts'

export interface LoadedRun {
  name: string
  number: number
  modelName: string
  model: TrainedModel
  description: DatasetDescription
  /** An Output was trained on a target column, so rows without one do not count. */
  usesTargets: boolean
}

/**
 * A run's network with the weights it is to be used with: of the best epoch where early stopping restores it, else of the
 * last checkpoint. Throws `runs.no-weights`.
 */
export function loadTrained(project: OpenProject, id: string): LoadedRun {
  const { runs } = project.store
  const run = runs.get(id)
  const { document, plan, description, fitted } = snapshotOf(run)
  const { enabled, restoreBest } = plan.earlyStopping
  const best = enabled && restoreBest ? runs.checkpoint(run.id, 'best') : null
  const checkpoint = best ?? runs.checkpoint(run.id, 'last')
  if (!checkpoint)
    throw new LaminaError({
      code: 'runs.no-weights',
      message: `${run.name} has no trained weights yet.`,
      where: run.name,
      expected: 'a run with a checkpoint',
      received: `a run that is ${run.status}`,
      fix: run.kind === 'train' ? 'Resume it, or choose another run.' : 'Choose a training run.',
    })
  const signature = signatureOf(fitted, description.rowCount)
  const { compiled, objectives } = prepareModel({ document, plan, signature })
  const model = { compiled, objectives, fitted, signature, persistent: checkpoint.persistent }
  const { name, number, modelName } = run
  return { name, number, modelName, model, description, usesTargets: usesTargets(document) }
}

/** Table and rows of one part of a run's own split. Throws `evaluation.empty-part`. */
export function partOf(
  project: OpenProject,
  { description, usesTargets: targets }: LoadedRun,
  part: keyof Split,
): { table: Table; rows: Int32Array } {
  const table = project.tables.table(description)
  const split = splitTable(table, description)
  const rows = rowsWithoutMissing(table, description, split[part], { targets })
  if (rows.length > 0) return { table, rows }
  const others = (['train', 'validation', 'test'] as const).filter((each) => each !== part && split[each].length > 0)
  throw new LaminaError({
    code: 'evaluation.empty-part',
    message: `The ${part} part has no rows.`,
    where: `data.split.${part}`,
    expected: 'at least one row',
    received: '0 rows',
    fix: `Choose ${others.join(' or ') || 'another part'}, or set the ${part} fraction of the split above 0 and train again.`,
  })
}
