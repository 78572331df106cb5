import type { Random } from '../base/rng.ts'
import type { ColumnRole, ColumnSettings, DatasetDescription, SplitSettings } from '../data/dataset.ts'
import type { GraphDocument } from '../graph/document.ts'
import { setScaling } from '../training/override-data.ts'
import type { TrainingPlan } from '../training/plan.ts'

/** What kind of data a template is about, in the order they are shown. */
export const templateGroups = [
  { id: 'tables', label: 'Tables' },
  { id: 'images', label: 'Images' },
  { id: 'sequences', label: 'Sequences' },
  { id: 'text', label: 'Text' },
  { id: 'unsupervised', label: 'Unsupervised' },
  { id: 'advanced', label: 'Advanced' },
] as const

export type TemplateGroup = (typeof templateGroups)[number]['id']

/** One column that a generator makes: a number or a text for each row, or an array of one shape (bytes or float32, row after row). */
export type GeneratedColumn =
  | { name: string; values: ArrayLike<number> | readonly string[]; shape?: undefined }
  | { name: string; values: Uint8Array | Float32Array; shape: readonly number[] }

/** Data that is made rather than shipped: pure and seeded, so that every project made from the template holds the same rows. */
export interface DataGenerator {
  /** Name of the data set. */
  name: string
  rows: number
  /** Columns, the target included. */
  columns: number
  make(random: Random): readonly GeneratedColumn[]
}

/**
 * Labels taken out of a shipped table, for learning with few of them: the rows are divided as the split says, and of the training part only
 * so many rows a class keep their label. A further column, `part`, says which part a row belongs to.
 */
export interface HiddenLabels {
  perClass: number
  seed: number
}

/** How a template's data is prepared; columns not named here keep what was inferred. */
export type TemplateData = {
  target: string
  /** Roles of columns that differ from what was inferred. */
  roles?: Readonly<Record<string, ColumnRole>>
  /** Transform of all numeric features. */
  scaling: 'none' | 'standardize' | 'min-max' | 'robust'
  split: Partial<SplitSettings>
  /** Settings of single columns, by name, where what is inferred does not serve. */
  columns?: Readonly<Record<string, Partial<ColumnSettings>>>
} & (
  | {
      /** Name of the table in `resources/datasets/` without its extensions. */
      file: string
      hideLabels?: HiddenLabels
      generator?: undefined
    }
  | { generator: DataGenerator; file?: undefined; hideLabels?: undefined }
)

export type TemplateTask = 'classification' | 'regression' | 'reconstruction' | 'generation'

/** A model of a template with its data. */
export interface TemplateModel {
  /** Name of the model in the new project. */
  modelName: string
  data: TemplateData
  document: GraphDocument
  plan: TrainingPlan
}

/** A project to start from: data, a network that does well on it, and how to train it. */
export interface Template extends TemplateModel {
  id: string
  title: string
  /** One sentence. */
  summary: string
  /** What it teaches: one or two sentences for the start page. */
  lesson: string
  group: TemplateGroup
  /** Place within the group: tens, so that others fit between. */
  order: number
  task: TemplateTask
  /** A model that is trained before this one, which starts from its weights. */
  first?: TemplateModel
}

/** Column that says which part of the split a row belongs to. */
export const PART = 'part'

/** A column in another role, with the transform and the policy for missing cells that go with it. */
function withRole(column: ColumnSettings, role: ColumnRole | undefined): ColumnSettings {
  if (role === undefined || role === column.role) return column
  const categorical = role === 'target' ? 'ordinal' : 'one-hot'
  const transform = column.type === 'categorical' ? categorical : column.transform
  return { ...column, role, transform, missing: role === 'target' ? 'drop-row' : column.missing }
}

/** A description as inferred, with the template's roles, scaling and split; also for the user's own table (`--data`). */
export function applyTemplateData(
  template: Pick<TemplateModel, 'data'>,
  description: DatasetDescription,
): DatasetDescription {
  const { scaling, split, roles = {}, columns = {}, hideLabels } = template.data
  const given = hideLabels && description.columns.some(({ name }) => name === PART) ? { given: PART } : {}
  const placed = description.columns.map((column) => withRole(column, roles[column.name]))
  const scaled = setScaling({ ...description, columns: placed }, scaling)
  return {
    ...scaled,
    columns: scaled.columns.map((column) => ({ ...column, ...columns[column.name] })),
    split: { ...scaled.split, ...split, ...given },
  }
}
