import type { DatasetDescription, SplitSettings } from '../data/dataset.ts'
import type { GraphDocument } from '../graph/document.ts'
import { setScaling } from '../training/override-data.ts'
import type { TrainingPlan } from '../training/plan.ts'

/** How a template's data is prepared; columns not named here keep what was inferred. */
export interface TemplateData {
  /** Name of the table in `resources/datasets/` without its extensions. */
  file: string
  target: string
  /** Transform of all numeric features. */
  scaling: 'none' | 'standardize' | 'min-max' | 'robust'
  split: Partial<SplitSettings>
}

/** A project to start from: data, a network that does well on it, and how to train it. */
export interface Template {
  id: string
  /** Name of the model in the new project. */
  modelName: string
  title: string
  /** One sentence. */
  summary: string
  /** What it teaches: one or two sentences for the start page. */
  lesson: string
  task: 'classification' | 'regression'
  data: TemplateData
  document: GraphDocument
  plan: TrainingPlan
}

/** A description as inferred, with the template's scaling and split; also for the user's own table (`--data`). */
export function applyTemplateData(template: Template, description: DatasetDescription): DatasetDescription {
  const scaled = setScaling(description, template.data.scaling)
  return { ...scaled, split: { ...scaled.split, ...template.data.split } }
}
