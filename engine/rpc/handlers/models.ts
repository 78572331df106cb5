import { LaminaError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { emptyDocument } from '../../graph/document.ts'
import { parseDocument } from '../../graph/parse.ts'
import type { StoredModel } from '../../store/models.ts'
import { searchableParameters } from '../../training/override.ts'
import { defaultPlan, type TrainingPlan } from '../../training/plan.ts'
import type { HandlersOf } from '../contract/define.ts'
import type { ModelRecord, models } from '../contract/models.ts'
import type { EngineContext } from '../services/context.ts'
import { loadModel } from '../services/model-loader.ts'
import { summarize } from '../services/model-summary.ts'
import { profileModel } from '../services/profile.ts'
import { modelFromRun } from '../services/transfer.ts'

export const modelHandlers: HandlersOf<{ models: typeof models }, EngineContext>['models'] = {
  get: ({ project, model }, context) => toRecord(context.projects.get(project).store.models.get(model)),

  create({ project, name, copyOf, dataset }, context) {
    const open = context.projects.get(project)
    const { store } = open
    const source = copyOf === undefined ? null : store.models.get(copyOf)
    if (dataset) store.datasets.get(dataset)
    const only = store.datasets.list()[0]?.id ?? null
    const created = store.models.create({
      name: freeName(
        checkName(name),
        store.models.list().map((model) => model.name),
      ),
      dataset: dataset === undefined ? (source?.dataset ?? only) : dataset,
      document: source?.document ?? (emptyDocument as unknown as JsonObject),
      plan: source?.plan ?? (defaultPlan as unknown as JsonObject),
    })
    context.projects.changed(open, 'models')
    return toRecord(created)
  },

  fromRun({ project, run, from = '', ...request }, context) {
    const open = context.projects.get(project)
    const taken = open.store.models.list().map((model) => model.name)
    const created = modelFromRun(context, open, { run, from, ...request }, (name) => freeName(checkName(name), taken))
    context.projects.changed(open, 'models')
    return toRecord(created)
  },

  save({ project, model, revision, document, plan, name, dataset }, context) {
    const open = context.projects.get(project)
    if (document) parseDocument(document)
    if (dataset) open.store.datasets.get(dataset)
    const before = open.store.models.get(model)
    const next = open.store.models.save(model, revision, {
      ...(document ? { document } : {}),
      ...(plan ? { plan } : {}),
      ...(name === undefined ? {} : { name: checkName(name) }),
      ...(dataset === undefined ? {} : { dataset }),
    })
    if (name !== undefined && name !== before.name) context.projects.changed(open, 'models')
    return { revision: next }
  },

  remove({ project, model }, context) {
    const open = context.projects.get(project)
    open.store.models.remove(model)
    context.projects.changed(open, 'models')
    return null
  },

  summary: ({ project, model, set }, context) => summarize(context.projects.get(project), model, set ?? {}),

  profile: ({ project, model, seconds }, context) =>
    profileModel(context, context.projects.get(project), model, seconds),

  searchable({ project, model }, context) {
    const { document, plan } = loadModel(context.projects.get(project), model)
    return searchableParameters(document, plan)
  },
}

function toRecord(stored: StoredModel): ModelRecord {
  const { id, name, dataset, revision, updatedAt } = stored
  const plan = { ...defaultPlan, ...stored.plan } as TrainingPlan
  return { id, name, dataset, document: parseDocument(stored.document), plan, revision, updatedAt }
}

function checkName(name: string): string {
  const trimmed = name.trim()
  if (trimmed.length >= 1 && trimmed.length <= 120) return trimmed
  throw new LaminaError({
    code: 'models.invalid-name',
    message: 'A model needs a name.',
    where: 'name',
    expected: '1 to 120 characters',
    received: trimmed ? `${trimmed.length} characters` : 'nothing',
    fix: 'Give it a short name, such as mlp-1.',
  })
}

/** `mlp`, or `mlp 2` when that is taken. */
function freeName(name: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name} ${number}`
    if (!taken.includes(candidate)) return candidate
  }
}
