import { basename, resolve } from 'node:path'
import { LaminaError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { DatasetDescription } from '../../data/dataset.ts'
import { readCompanions, readDataFile } from '../../data/files.ts'
import { inferDataset } from '../../data/infer.ts'
import type { DataFile } from '../../data/readers/reader.ts'
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
    const { id, title, summary, lesson, group, task } = template
    const models = [template.first, template].flatMap((model) => (model ? [model.modelName] : []))
    return { id, title, summary, lesson, group, task, models, ...templateSize(template) }
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
  const own = dataPath === undefined ? null : dataAt(resolve(dataPath))
  // Another table than the template's has nothing to start from.
  if (template?.first && !own) addModel(store, template.first, addOwnData(context, store, template.first).id)
  const description = own
    ? addData(store, own, template && targetFor(context, template, own), template)
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

/** Data of a project to be: its file, what lies beside it, and the path where it stays when it is not kept in the project. */
interface ProjectData {
  name: string
  bytes: Uint8Array
  companions: readonly DataFile[]
  path?: string
}

function dataAt(path: string): ProjectData {
  const bytes = readDataFile(path)
  const companions = readCompanions(path)
  const stays = companions.length > 0 || bytes.byteLength > EMBED_LIMIT_BYTES
  return { name: basename(path), bytes, companions, ...(stays && { path }) }
}

function addOwnData(
  { paths }: Pick<EngineContext, 'paths'>,
  store: ProjectStore,
  template: TemplateModel,
): DatasetDescription {
  const data = { ...templateFile(paths.resources, template), companions: [] }
  return addData(store, data, template.data.target, template)
}

function addData(
  store: ProjectStore,
  { name, bytes, companions, path }: ProjectData,
  target: string | null | undefined,
  template: TemplateModel | null,
): DatasetDescription {
  const inferred = inferDataset(bytes, name, { companions, ...(target && { target }), ...(path && { path }) })
  const description = template ? applyTemplateData(template, inferred.description) : inferred.description
  const content = path === undefined ? bytes : null
  const stored = store.datasets.create(description.name, description as unknown as JsonObject, content)
  return stored.description as unknown as DatasetDescription
}

/**
 * The target column of the user's own table: the template's when the table is of the template's kind (it shares a
 * feature column), so that its absence is an error; else whatever is inferred.
 */
function targetFor(
  { paths }: Pick<EngineContext, 'paths'>,
  template: Template,
  { name, bytes, companions }: ProjectData,
): string | undefined {
  const { target } = template.data
  const names = new Set(inferDataset(bytes, name, { companions }).description.columns.map((column) => column.name))
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
