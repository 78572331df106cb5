import { join } from 'node:path'
import type { DatasetDescription, Split, Table } from '../../../engine/data/dataset.ts'
import { inferDataset } from '../../../engine/data/infer.ts'
import { splitTable } from '../../../engine/data/split.ts'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { templateFile } from '../../../engine/rpc/services/template-data.ts'
import { type ChainLayer, chain } from '../../../engine/templates/chain.ts'
import { findTemplate } from '../../../engine/templates/registry.ts'
import { applyTemplateData } from '../../../engine/templates/template.ts'
import { defaultPlan, type TrainingPlan } from '../../../engine/training/plan.ts'

export interface Project {
  document: GraphDocument
  plan: TrainingPlan
  description: DatasetDescription
  table: Table
  split: Split
}

const RESOURCES = join(import.meta.dirname, '../../../resources')

/** A template with its own table. */
export function templateProject(id: string): Project {
  const template = findTemplate(id)
  if (!template) throw new Error(`no template ${id}`)
  const { bytes, name } = templateFile(RESOURCES, template)
  const inferred = inferDataset(bytes, name, { target: template.data.target })
  const description = applyTemplateData(template, inferred.description)
  const { document, plan } = template
  return { document, plan, description, table: inferred.table, split: splitTable(inferred.table, description) }
}

/** A chain of layers on a table given as CSV text; the column `y` is the target. */
export function textProject(
  csv: string,
  layers: readonly ChainLayer[],
  plan: Partial<TrainingPlan> = {},
  change: (description: DatasetDescription) => DatasetDescription = (description) => description,
): Project {
  const inferred = inferDataset(new TextEncoder().encode(csv), 'table.csv', { target: 'y' })
  const description = change(inferred.description)
  const document = chain(layers)
  return {
    document,
    plan: { ...defaultPlan, ...plan },
    description,
    table: inferred.table,
    split: splitTable(inferred.table, description),
  }
}
