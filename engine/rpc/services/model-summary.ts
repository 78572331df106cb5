import { LaminaError } from '../../base/errors.ts'
import type { Json } from '../../base/json.ts'
import { compileModel } from '../../compile/compile.ts'
import type { CostReport } from '../../compile/types.ts'
import type { Diagnostic } from '../../graph/diagnostic.ts'
import type { DatasetSignature } from '../../graph/document.ts'
import { inferDocument } from '../../graph/infer.ts'
import { validateDocument } from '../../graph/validate.ts'
import { objectivesOf, resolveOutputs } from '../../training/objectives.ts'
import { optimizersOf } from '../../training/prepare-model.ts'
import type { ModelSummary } from '../contract/models.ts'
import { describedSignature, splitCounts } from './dataset-cache.ts'
import { costOfBoth } from './game-cost.ts'
import { type LoadedModel, loadModel } from './model-loader.ts'
import type { OpenProject } from './projects.ts'

/** Diagnostics of a model, however broken, and what it costs where it compiles. */
export function summarize(project: OpenProject, id: string, set: Readonly<Record<string, Json>>): ModelSummary {
  const model = loadModel(project, id, set)
  const { document, plan, description } = model
  const dataset = description ? describedSignature(description) : undefined
  const diagnostics = [
    ...validateDocument(document, { dataset, plan, ...rowCounts(project, model) }),
    ...(dataset ? [] : [noDataset(model.name)]),
  ]
  const inference = inferDocument(document, dataset)
  const outputs = resolveOutputs(document, inference, dataset).map(({ node, loss, target }) => ({
    node: node.id,
    name: node.name,
    target: target?.column ?? null,
    loss: loss?.type ?? null,
    classes: target?.classes ? [...target.classes] : null,
  }))
  const broken = diagnostics.some(({ severity }) => severity === 'error')
  if (broken || !dataset) return { diagnostics, cost: null, outputs }
  try {
    return { diagnostics, cost: costOf(model, dataset), outputs }
  } catch (thrown) {
    return {
      diagnostics: [...diagnostics, { ...LaminaError.from(thrown).details, severity: 'error' }],
      cost: null,
      outputs,
    }
  }
}

function costOf({ document, plan }: LoadedModel, dataset: DatasetSignature): CostReport {
  const inference = inferDocument(document, dataset)
  const objectives = objectivesOf(document, dataset, inference)
  const request = { document, dataset, objectives, ...optimizersOf(plan), batchSize: plan.batchSize }
  return costOfBoth(compileModel(request), objectives)
}

/** Rows that train under the split at hand, and those without a target; none while the data cannot be read (its own view says why). */
function rowCounts(
  project: OpenProject,
  { description }: LoadedModel,
): { trainingRows?: number; unlabelledRows?: number } {
  if (!description) return {}
  try {
    const { train, unlabelled } = splitCounts(project.tables.table(description), description)
    return { trainingRows: train, unlabelledRows: unlabelled }
  } catch {
    return {}
  }
}

function noDataset(name: string): Diagnostic {
  return {
    severity: 'error',
    code: 'models.no-dataset',
    message: 'The model has no data to learn from.',
    where: name,
    expected: 'a model with a data set',
    received: 'none',
    fix: 'Import a table in the data view and choose it for this model.',
  }
}
