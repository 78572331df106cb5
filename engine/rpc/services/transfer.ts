import { dirname, relative } from 'node:path'
import type { JsonObject } from '../../base/json.ts'
import type { GraphDocument } from '../../graph/document.ts'
import { inferDocument } from '../../graph/infer.ts'
import { parseDocument } from '../../graph/parse.ts'
import { applyPatch } from '../../graph/patch.ts'
import { freezeBase, replaceHeads } from '../../graph/transfer.ts'
import type { StoredModel } from '../../store/models.ts'
import type { TrainingPlan } from '../../training/plan.ts'
import { parsePlan } from '../../training/plan-parse.ts'
import { signatureOf } from '../../training/prepare.ts'
import type { EngineContext } from './context.ts'
import { sourceRun, withProject } from './initial-weights.ts'
import type { OpenProject } from './projects.ts'
import { snapshotOf } from './run-views.ts'
import { fitted } from './templates.ts'

export interface TransferRequest {
  /** As in a plan's `initialWeights`. */
  run: string
  /** File of the project the run is in; empty = this one. */
  from: string
  name?: string
  /** Data of the new model; default the run's own where the project holds it, else the project's first. */
  dataset?: string
  /** A new head, fitted to the data; else the old one goes on learning. */
  replaceHead: boolean
}

/** A model that goes on from a run: its drawing, frozen but for the head, and a plan that starts from its weights. */
export function modelFromRun(
  context: Pick<EngineContext, 'projects'>,
  project: OpenProject,
  request: TransferRequest,
  freeName: (name: string) => string,
): StoredModel {
  const { document, plan, source } = withProject(context, project, request.from, (origin) => {
    const run = sourceRun(origin, request.run)
    const snapshot = snapshotOf(run)
    const drawn = parseDocument(snapshot.document)
    const signature = signatureOf(snapshot.fitted, snapshot.description.rowCount)
    const frozen = applyPatch(drawn, freezeBase(drawn, inferDocument(drawn, signature)))
    const headless = request.replaceHead
      ? applyPatch(frozen, replaceHeads(frozen, inferDocument(frozen, signature)))
      : frozen
    return { document: headless, plan: startingFrom(project, origin, run.id, snapshot.plan), source: run }
  })
  const { datasets, models } = project.store
  const own =
    request.from === '' ? datasets.list().find(({ id }) => id === snapshotOf(source).description.id) : undefined
  const dataset = request.dataset ?? own?.id ?? datasets.list()[0]?.id ?? null
  const fits: GraphDocument =
    dataset === null ? document : fitted(document, project.tables.description(datasets.get(dataset).id))
  return models.create({
    name: freeName(request.name?.trim() || `${source.modelName} transfer`),
    dataset,
    document: fits as unknown as JsonObject,
    plan: plan as unknown as JsonObject,
  })
}

/** The plan of a run, with its weights to start from. A file beside the project is named relative to it, so that both can move. */
function startingFrom(project: OpenProject, origin: OpenProject, run: string, plan: TrainingPlan): TrainingPlan {
  const file = origin === project ? '' : relative(dirname(project.store.path), origin.store.path)
  return { ...parsePlan(plan), initialWeights: { run, project: file, layers: '', mismatch: 'error' } }
}
