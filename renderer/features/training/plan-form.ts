import type { Json, JsonObject } from '../../../engine/base/json.ts'
import { effectiveParams, isDefault } from '../../../engine/layers/param-check.ts'
import { numberParam } from '../../../engine/layers/read-params.ts'
import type { RunSummary } from '../../../engine/rpc/contract/training.ts'
import { findOptimizer } from '../../../engine/training/optimizers/registry.ts'
import type { TrainingPlan } from '../../../engine/training/plan.ts'
import { choiceParams, isPlanChoice, SAME } from '../../../engine/training/plan-choices.ts'
import { type PlanField, planFields } from '../../../engine/training/plan-params.ts'
import { findSchedule, scheduledLearningRate } from '../../../engine/training/schedules/registry.ts'

/** A section of the form with its visible fields. */
export interface PlanSection {
  id:
    | 'run'
    | 'optimizer'
    | 'generatorOptimizer'
    | 'schedule'
    | 'pseudoLabels'
    | 'initialWeights'
    | 'earlyStopping'
    | 'checkpoint'
  title: string
  fields: PlanField[]
}

const sections: readonly { id: PlanSection['id']; title: string }[] = [
  { id: 'run', title: 'Run' },
  { id: 'optimizer', title: 'Optimiser' },
  { id: 'generatorOptimizer', title: 'Optimiser of the generator' },
  { id: 'schedule', title: 'Learning-rate schedule' },
  { id: 'pseudoLabels', title: 'Rows without a label' },
  { id: 'initialWeights', title: 'Start from' },
  { id: 'earlyStopping', title: 'Early stopping' },
  { id: 'checkpoint', title: 'Checkpoints' },
]

/** Labels that need not repeat the title of their section. */
const shortLabels: Readonly<Record<string, string>> = {
  optimizer: 'Algorithm',
  generatorOptimizer: 'Algorithm',
  schedule: 'Schedule',
  'initialWeights.run': 'Run',
  'initialWeights.project': 'Project file',
  'earlyStopping.enabled': 'Stop early',
  'earlyStopping.restoreBest': 'Restore best',
  'checkpoint.everyEpochs': 'Epochs between',
  'checkpoint.seconds': 'Seconds between',
}

function labelled(field: PlanField): PlanField {
  const label = shortLabels[field.path]
  return label ? { ...field, spec: { ...field.spec, label } } : field
}

/** A column's name is chosen, not typed. */
function withColumns(field: PlanField, columns: readonly string[]): PlanField {
  if (field.path !== 'sampleWeight' || field.spec.kind !== 'text') return field
  const { label, help, keras } = field.spec
  const options = [{ value: '', label: 'none' }, ...columns.map((column) => ({ value: column, label: column }))]
  return { ...field, spec: { kind: 'choice', label, help, ...(keras ? { keras } : {}), default: '', options } }
}

/** A run whose weights a training may start from. */
export type StartingRun = Pick<RunSummary, 'id' | 'number' | 'name' | 'modelName' | 'epochs'>

/** A run is chosen, not typed. What the plan holds stays on offer though no run of the list is meant. */
function withRuns(field: PlanField, runs: readonly StartingRun[]): PlanField {
  if (field.path !== 'initialWeights.run' || field.spec.kind !== 'text') return field
  const { label, help } = field.spec
  const trained = runs.filter(({ epochs }) => epochs > 0)
  const options = [
    { value: '', label: 'fresh weights' },
    ...trained.map(({ id, name, modelName }) => ({ value: id, label: `${name} of ${modelName}` })),
    ...[...new Set(trained.map(({ modelName }) => modelName))].map((name) => ({
      value: `model:${name}`,
      label: `newest run of ${name}`,
    })),
  ]
  const value = String(field.value ?? '')
  const named = options.some((option) => option.value === value) ? [] : [{ value, label: value }]
  return { ...field, spec: { kind: 'choice', label, help, default: '', options: [...options, ...named] } }
}

/**
 * The visible fields of a plan in sections, in the order of their declaration. `columns` are the numeric columns of the data, `runs` those
 * to start from; a GAN has fields of its own. Sections without a field are left out.
 */
export function planSections(
  plan: TrainingPlan,
  columns: readonly string[] = [],
  runs: readonly StartingRun[] = [],
  adversarial = false,
): PlanSection[] {
  const fields = planFields(plan, { adversarial })
    .filter((field) => field.visible)
    .map((field) => withRuns(withColumns(labelled(field), columns), runs))
  const sectionOf = (path: string) => sections.find(({ id }) => id === path.split('.')[0])?.id ?? 'run'
  const titleOf = ({ id, title }: { id: PlanSection['id']; title: string }) => {
    if (!adversarial || id !== 'optimizer') return title
    return plan.generatorOptimizer.type === SAME ? 'Optimiser of both networks' : 'Optimiser of the discriminator'
  }
  return sections
    .map((section) => ({
      id: section.id,
      title: titleOf(section),
      fields: fields.filter(({ path }) => sectionOf(path) === section.id),
    }))
    .filter((section) => section.fields.length > 0)
}

/**
 * The plan with one field changed. Another optimiser or schedule begins at its own defaults; parameters at their default are not stored.
 */
export function changePlan(plan: TrainingPlan, path: string, value: Json): TrainingPlan {
  const [head, key] = path.split('.') as [keyof TrainingPlan, string | undefined]
  if (isPlanChoice(head)) {
    const choice = plan[head]
    if (key === undefined)
      return value === choice.type ? plan : { ...plan, [head]: { type: String(value), params: {} } }
    const { [key]: _, ...rest } = choice.params
    const spec = choiceParams(head, choice.type)[key]
    const params: JsonObject = spec && isDefault(spec, value) ? rest : { ...rest, [key]: value }
    return { ...plan, [head]: { ...choice, params } }
  }
  if (key === undefined) return { ...plan, [head]: value }
  return { ...plan, [head]: { ...(plan[head] as object), [key]: value } }
}

/** Learning rate of up to `limit` evenly chosen epochs: `[epoch from 1, rate]`. */
export function learningRateCurve(plan: TrainingPlan, limit = 64): [epoch: number, rate: number][] {
  const optimizer = findOptimizer(plan.optimizer.type)
  if (!optimizer || !findSchedule(plan.schedule.type)) return []
  const initial = numberParam(effectiveParams(optimizer.params, plan.optimizer.params), 'learningRate')
  const epochs = Math.max(1, plan.epochs)
  const count = Math.min(limit, epochs)
  return Array.from({ length: count }, (_, index) => {
    const epoch = count === 1 ? 0 : Math.round((index * (epochs - 1)) / (count - 1))
    return [epoch + 1, scheduledLearningRate(plan.schedule, epoch, initial, { epochs })]
  })
}

/** The curve as points of an SVG polyline in a box; higher values stand higher, a constant curve in the middle. */
export function polyline(points: readonly (readonly [number, number])[], width: number, height: number): string {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  const x = (value: number) => (right > left ? ((value - left) / (right - left)) * width : 0)
  const y = (value: number) => (high > low ? height - ((value - low) / (high - low)) * height : height / 2)
  const first = points[0]
  const drawn = right > left || !first ? points : [first, first]
  return drawn.map(([a, b], index) => `${round(right > left ? x(a) : index * width)},${round(y(b))}`).join(' ')
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
