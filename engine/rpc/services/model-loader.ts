import { LaminaError } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { DatasetDescription, Table } from '../../data/dataset.ts'
import { assertDataset } from '../../data/validate.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { parseDocument } from '../../graph/parse.ts'
import { usesTargets } from '../../training/objectives.ts'
import { applyOverrides } from '../../training/override.ts'
import type { TrainingPlan } from '../../training/plan.ts'
import { parsePlan } from '../../training/plan-parse.ts'
import type { OpenProject } from './projects.ts'

export interface LoadedModel {
  id: string
  name: string
  document: GraphDocument
  plan: TrainingPlan
  /** null while the model has no data set. */
  description: DatasetDescription | null
}

/** A model as saved, with overrides as in `--set`. Throws `document.*`, `plan.*`, `override.*`. */
export function loadModel(project: OpenProject, id: string, set: Readonly<Record<string, Json>> = {}): LoadedModel {
  const stored = project.store.models.get(id)
  const description = stored.dataset ? project.tables.description(stored.dataset) : undefined
  const target = { document: parseDocument(stored.document), plan: parsePlan(stored.plan), description }
  const changed = applyOverrides(target, set as JsonObject)
  return {
    id,
    name: stored.name,
    document: changed.document,
    plan: changed.plan,
    description: changed.description ?? null,
  }
}

/** The same with its rows, for work that needs them. Throws `models.no-dataset` and what is wrong with the data. */
export function loadModelWithData(
  project: OpenProject,
  id: string,
  set: Readonly<Record<string, Json>> = {},
): LoadedModel & { description: DatasetDescription; table: Table } {
  const model = loadModel(project, id, set)
  if (model.description) {
    const table = project.tables.table(model.description)
    assertDataset(model.description, table, { targets: usesTargets(model.document) ? 'required' : 'optional' })
    return { ...model, description: model.description, table }
  }
  throw new LaminaError({
    code: 'models.no-dataset',
    message: `"${model.name}" has no data to learn from.`,
    where: model.name,
    expected: 'a model with a data set',
    received: 'none',
    fix: 'Import a table in the data view and choose it for this model.',
  })
}
