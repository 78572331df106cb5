import { basename, resolve } from 'node:path'
import { LaminaError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DatasetDescription } from '../../data/dataset.ts'
import { readDataFile } from '../../data/files.ts'
import { inferDataset } from '../../data/infer.ts'
import { emptyDocument, type GraphDocument } from '../../graph/document.ts'
import { applyPatch } from '../../graph/patch.ts'
import { validateDocument } from '../../graph/validate.ts'
import { EMBED_LIMIT_BYTES } from '../../store/datasets.ts'
import type { ProjectStore } from '../../store/projects.ts'
import { findTemplate, type Template, templates } from '../../templates/registry.ts'
import { applyTemplateData, type TemplateModel } from '../../templates/template.ts'
import { defaultPlan, type TrainingPlan } from '../../training/plan.ts'
import type { TemplateInfo } from '../contract/projects.ts'
import type { EngineContext } from './context.ts'
import { describedSignature } from './dataset-cache.ts'
import { templateFile, templateSize } from './template-data.ts'

export function templateInfos(): TemplateInfo[] {
  return templates.map((template) => {
    const { id, title, summary, group, task } = template
    return { id, title, summary, group, task, ...templateSize(template) }
  })
}

/**
 * Fills a new project: the template's table (or the user's, `dataPath`) and its model. Without a template an empty model.
 * Throws `projects.unknown-template` and the errors of the data.
 */
export function fillFromTemplate(
  context: Pick<EngineContext, 'paths'>,
  store: ProjectStore,
  id: string | null,
  dataPath: string | undefined,
): void {
  const template = id === null ? null : templateOf(id)
  const own = dataPath === undefined ? null : readDataFile(resolve(dataPath))
  // Another table than the template's has nothing to start from.
  if (template?.first && !own) addModel(store, template.first, addOwnData(context, store, template.first).id)
  const description = own
    ? addData(store, own, resolve(dataPath!), template && targetFor(context, template, own, dataPath!), template)
    : template && addOwnData(context, store, template)
  const document = template?.document ?? emptyDocument
  store.models.create({
    name: template?.modelName ?? 'model-1',
    dataset: description?.id ?? null,
    document: (own && description ? fitted(document, description) : document) as unknown as JsonObject,
    plan: planOf(template, own !== null) as unknown as JsonObject,
  })
}

function addModel(store: ProjectStore, { modelName, document, plan }: TemplateModel, dataset: string): void {
  store.models.create({
    name: modelName,
    dataset,
    document: document as unknown as JsonObject,
    plan: plan as unknown as JsonObject,
  })
}

/** The template's plan; on the user's own table nothing was trained before. */
function planOf(template: Template | null, own: boolean): TrainingPlan {
  if (!template) return defaultPlan
  return own ? { ...template.plan, initialWeights: defaultPlan.initialWeights } : template.plan
}

function templateOf(id: string): Template {
  const template = findTemplate(id)
  if (template) return template
  throw new LaminaError({
    code: 'projects.unknown-template',
    message: `There is no template "${id}".`,
    where: 'template',
    expected: templates.map((item) => item.id).join(', '),
    received: id,
    fix: 'Choose one of these.',
  })
}

function addOwnData(
  { paths }: Pick<EngineContext, 'paths'>,
  store: ProjectStore,
  template: TemplateModel,
): DatasetDescription {
  const { bytes, name } = templateFile(paths.resources, template)
  return addData(store, bytes, name, template.data.target, template, true)
}

function addData(
  store: ProjectStore,
  bytes: Uint8Array,
  path: string,
  target: string | null | undefined,
  template: TemplateModel | null,
  embed = bytes.byteLength <= EMBED_LIMIT_BYTES,
): DatasetDescription {
  const inferred = inferDataset(bytes, basename(path), {
    ...(target ? { target } : {}),
    ...(embed ? {} : { path }),
  })
  const description = template ? applyTemplateData(template, inferred.description) : inferred.description
  const stored = store.datasets.create(description.name, description as unknown as JsonObject, embed ? bytes : null)
  return stored.description as unknown as DatasetDescription
}

/**
 * The target column of the user's own table: the template's when the table is of the template's kind (it shares a
 * feature column), so that its absence is an error; else whatever is inferred.
 */
function targetFor(
  { paths }: Pick<EngineContext, 'paths'>,
  template: Template,
  bytes: Uint8Array,
  path: string,
): string | undefined {
  const { target } = template.data
  const names = new Set(inferDataset(bytes, basename(path)).description.columns.map((column) => column.name))
  if (names.has(target)) return target
  const sample = templateFile(paths.resources, template)
  const own = inferDataset(sample.bytes, sample.name).description.columns
  return own.some((column) => names.has(column.name)) ? target : undefined
}

/** The template's network with the repairs that the user's table asks for (another number of classes, for instance). */
export function fitted(document: GraphDocument, description: DatasetDescription): GraphDocument {
  const dataset = describedSignature(description)
  let current = document
  for (let round = 0; round < 8; round += 1) {
    const errors = validateDocument(current, { dataset }).filter((finding) => finding.severity === 'error')
    const repair = errors.find((finding) => finding.repair)?.repair
    if (!repair) break
    current = applyPatch(current, repair)
  }
  return current
}
