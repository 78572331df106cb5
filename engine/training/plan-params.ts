import { type ErrorDetails, invariant } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { LayerProblem } from '../layers/layer.ts'
import { checkParam, effectiveParams } from '../layers/param-check.ts'
import type { ParamSpec, ParamSpecs } from '../layers/params.ts'
import { optimizers } from './optimizers/registry.ts'
import type { TrainingPlan } from './plan.ts'
import { choiceParams, isPlanChoice, SAME } from './plan-choices.ts'
import { schedules } from './schedules/registry.ts'

const stopping = (params: Readonly<Record<string, unknown>>) => params['earlyStopping.enabled'] === true

const continuing = (params: Readonly<Record<string, unknown>>) => params['initialWeights.run'] !== ''

const selfTraining = (params: Readonly<Record<string, unknown>>) => params['pseudoLabels.enabled'] === true

/** The fields of a training plan by path, as a form, a range check and a search space read them. */
export const planParams: ParamSpecs = {
  epochs: {
    kind: 'integer',
    label: 'Epochs',
    help: 'How often training goes through all training rows.',
    keras: 'epochs',
    default: 100,
    min: 1,
    max: 1_000_000,
    logarithmic: true,
  },
  batchSize: {
    kind: 'integer',
    label: 'Batch size',
    help: 'Rows that make one step. 1 is stochastic, all rows is batch gradient descent.',
    keras: 'batch_size',
    default: 32,
    min: 1,
    max: 65536,
    logarithmic: true,
  },
  seed: {
    kind: 'integer',
    label: 'Seed',
    help: 'Fixes initial weights, order of rows and dropout: the same seed gives the same numbers.',
    default: 1,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
    searchable: true,
  },
  shuffle: {
    kind: 'boolean',
    label: 'Shuffle',
    help: 'Visits the training rows in a new order every epoch. Off: in the order of the table, as for learning one by one.',
    keras: 'shuffle',
    default: true,
    searchable: false,
  },
  threads: {
    kind: 'integer',
    label: 'Threads',
    help: '0 uses all cores. Results do not depend on it.',
    default: 0,
    min: 0,
    max: 64,
    searchable: false,
  },
  precision: {
    kind: 'choice',
    label: 'Precision',
    help: 'In what numbers matrix products are computed while training. Weights, sums, losses and optimiser stay float32, and so do reports and exports.',
    keras: 'mixed_bfloat16',
    default: 'float32',
    options: [
      { value: 'float32', label: 'float32', help: '24 significant bits.' },
      {
        value: 'bfloat16',
        label: 'bfloat16',
        help: '8 significant bits for the factors of Dense layers: up to twice as fast on processors with AVX512_BF16, more with AMX, not faster on others.',
      },
      {
        value: 'bfloat16x3',
        label: 'bfloat16 x 3',
        help: '16 significant bits from three products of bfloat16 parts on processors with AMX; float32 on others.',
      },
    ],
  },
  optimizer: {
    kind: 'choice',
    label: 'Optimiser',
    help: 'How weights follow the gradient.',
    keras: 'optimizer',
    default: 'adam',
    options: optimizers.map((item) => ({ value: item.type, label: item.label, help: item.help })),
  },
  generatorOptimizer: {
    kind: 'choice',
    label: 'Optimiser of the generator',
    help: 'How the generator of a GAN learns: as the discriminator does, or by an optimiser and a learning rate of its own. The schedule goes for both.',
    default: SAME,
    options: [
      { value: SAME, label: 'as the discriminator', help: 'One optimiser and one learning rate for both networks.' },
      ...optimizers.map((item) => ({ value: item.type, label: item.label, help: item.help })),
    ],
  },
  schedule: {
    kind: 'choice',
    label: 'Learning-rate schedule',
    help: 'How the learning rate changes over the epochs.',
    default: 'constant',
    options: schedules.map((item) => ({ value: item.type, label: item.label, help: item.help })),
  },
  classWeight: {
    kind: 'choice',
    label: 'Class weights',
    help: 'Lets rare classes count as much as frequent ones while training.',
    keras: 'class_weight',
    default: 'none',
    options: [
      { value: 'none', label: 'none', help: 'Every sample counts once.' },
      { value: 'balanced', label: 'balanced', help: '$n / (k \\, n_c)$ for class $c$ of $k$, as scikit-learn counts.' },
    ],
  },
  sampleWeight: {
    kind: 'text',
    label: 'Sample weights',
    help: 'Name of a numeric column that says how much each sample counts while training. Empty: all the same.',
    keras: 'sample_weight',
    default: '',
    maxLength: 256,
    searchable: false,
  },
  'pseudoLabels.enabled': {
    kind: 'boolean',
    label: 'Pseudo-labels',
    help: 'Lets training rows without a label take part: they learn from the class that the network itself gives them, where it is sure of it (semi-supervised learning).',
    default: false,
  },
  'pseudoLabels.threshold': {
    kind: 'number',
    label: 'Least probability',
    help: 'A row is taken when its most probable class has at least this probability. 0 takes all rows.',
    default: 0.95,
    min: 0,
    max: 1,
    visible: selfTraining,
  },
  'pseudoLabels.weight': {
    kind: 'number',
    label: 'Weight of a row',
    help: 'How much a row with a pseudo-label counts beside a labelled one, once the ramp is over.',
    default: 1,
    min: 0.001,
    max: 100,
    logarithmic: true,
    visible: selfTraining,
  },
  'pseudoLabels.warmupEpochs': {
    kind: 'integer',
    label: 'Warm-up epochs',
    help: 'Epochs on labelled rows alone, before the network labels others.',
    default: 10,
    min: 0,
    max: 100_000,
    visible: selfTraining,
  },
  'pseudoLabels.rampEpochs': {
    kind: 'integer',
    label: 'Ramp epochs',
    help: 'Epochs after the warm-up over which the weight grows from 0 to its value, $\\alpha(t)$ of Lee (2013). 1: at once.',
    default: 10,
    min: 1,
    max: 100_000,
    visible: selfTraining,
  },
  'pseudoLabels.everyEpochs': {
    kind: 'integer',
    label: 'Choose anew every',
    help: 'Epochs after which the rows and their pseudo-labels are chosen anew.',
    default: 1,
    min: 1,
    max: 100_000,
    visible: selfTraining,
  },
  'initialWeights.run': {
    kind: 'text',
    label: 'Start from run',
    help: 'Begins with the weights of this run where layers have the same name (transfer learning): its id or number, `latest`, or `model:` and the name of a model for its newest run. Empty: fresh weights.',
    default: '',
    maxLength: 256,
    searchable: false,
  },
  'initialWeights.project': {
    kind: 'text',
    label: 'Of the project',
    help: 'File of the project that the run is in. Empty: this one.',
    default: '',
    maxLength: 4096,
    searchable: false,
  },
  'initialWeights.layers': {
    kind: 'text',
    label: 'Other names',
    help: 'Pairs `ours=theirs`, separated by commas, of layers that are called otherwise there. Nothing after `=` leaves a layer as drawn.',
    default: '',
    maxLength: 16_384,
    visible: continuing,
    searchable: false,
  },
  'initialWeights.mismatch': {
    kind: 'choice',
    label: 'Other shapes',
    help: 'What to do with a layer whose weights have another shape there.',
    default: 'error',
    options: [
      { value: 'error', label: 'refuse', help: 'Training does not start.' },
      { value: 'skip', label: 'leave as drawn', help: 'The layer begins with fresh weights.' },
    ],
    visible: continuing,
    searchable: false,
  },
  'earlyStopping.enabled': {
    kind: 'boolean',
    label: 'Early stopping',
    help: 'Ends training when the monitored number no longer gets better.',
    keras: 'EarlyStopping',
    default: false,
  },
  'earlyStopping.monitor': {
    kind: 'choice',
    label: 'Monitor',
    help: 'The number that is watched.',
    keras: 'monitor',
    default: 'validation_loss',
    options: [
      'validation_loss',
      'validation_accuracy',
      'validation_mean_absolute_error',
      'validation_mean_squared_error',
      'validation_root_mean_squared_error',
      'validation_r2_score',
      'validation_f1',
      'loss',
      'accuracy',
      'mean_absolute_error',
      'mean_squared_error',
    ].map((value) => ({ value, label: value.replaceAll('_', ' ') })),
    visible: stopping,
    searchable: false,
  },
  'earlyStopping.patience': {
    kind: 'integer',
    label: 'Patience',
    help: 'Epochs without improvement before training ends.',
    keras: 'patience',
    default: 10,
    min: 1,
    max: 100_000,
    visible: stopping,
  },
  'earlyStopping.minDelta': {
    kind: 'number',
    label: 'Minimum change',
    help: 'Smaller changes do not count as improvement.',
    keras: 'min_delta',
    default: 0,
    min: 0,
    max: 1000,
    visible: stopping,
    searchable: false,
  },
  'earlyStopping.restoreBest': {
    kind: 'boolean',
    label: 'Restore best weights',
    help: 'Goes back to the weights of the best epoch.',
    keras: 'restore_best_weights',
    default: true,
    visible: stopping,
    searchable: false,
  },
  'checkpoint.everyEpochs': {
    kind: 'integer',
    label: 'Checkpoint every',
    help: 'Epochs between two checkpoints.',
    default: 10,
    min: 1,
    max: 1_000_000,
    searchable: false,
  },
  'checkpoint.seconds': {
    kind: 'number',
    label: 'Checkpoint at least every',
    help: 'Seconds after which a checkpoint is written at the next epoch.',
    default: 5,
    min: 0.1,
    max: 86_400,
    searchable: false,
  },
}

const monitorName = /^[A-Za-z][A-Za-z0-9_]{0,127}$/

/**
 * Checks a field of the plan itself. The form offers the usual monitors, but with several outputs metrics carry the Output's name
 * (`validation_<output>_accuracy`), so any metric name is taken; training refuses one that the run does not have.
 */
export function checkPlanField(path: string, value: unknown): LayerProblem | null {
  const spec = planParams[path]
  invariant(spec, `a plan has no field ${path}`)
  if (path === 'earlyStopping.monitor' && typeof value === 'string' && monitorName.test(value)) return null
  return checkParam(path, spec, value)
}

/** One field of the form: its path below `training.`, declaration and value. */
export interface PlanField {
  path: string
  spec: ParamSpec
  value: Json
  /** Shown with the present settings. */
  visible: boolean
}

/** Value at a dotted path of the plan; a choice gives its type. */
export function readPlan(plan: TrainingPlan, path: string): Json | undefined {
  let value: unknown = plan
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key]
  if (isPlanChoice(path)) return (value as { type: string }).type
  return value as Json | undefined
}

function choiceFields(prefix: string, specs: ParamSpecs, params: JsonObject): PlanField[] {
  const effective = effectiveParams(specs, params)
  return Object.entries(specs).map(([name, spec]) => ({
    path: `${prefix}.${name}`,
    spec,
    value: (params[name] ?? effective[name]) as Json,
    visible: spec.visible?.(effective) ?? true,
  }))
}

/** Fields that mean nothing to a GAN; one that is set stays in sight, so that it can be reset. */
const ordinary = (path: string) =>
  path === 'sampleWeight' || path === 'classWeight' || path.startsWith('earlyStopping.')

/**
 * All fields of a plan with the parameters of its optimiser and schedule after them, in the order of the form. Which are shown depends on
 * whether the plan is that of a GAN.
 */
export function planFields(plan: TrainingPlan, { adversarial = false } = {}): PlanField[] {
  const values = Object.fromEntries(Object.keys(planParams).map((path) => [path, readPlan(plan, path)]))
  const fields: PlanField[] = []
  for (const [path, spec] of Object.entries(planParams)) {
    const resettable = !spec.visible && values[path] !== spec.default
    const of = path === 'generatorOptimizer' ? adversarial : !(adversarial && ordinary(path)) || resettable
    const visible = of && (spec.visible?.(values as never) ?? true)
    fields.push({ path, spec, value: values[path] as Json, visible })
    if (!isPlanChoice(path)) continue
    const { type, params } = plan[path]
    const own = choiceFields(path, choiceParams(path, type), params)
    fields.push(...own.map((field) => ({ ...field, visible: visible && field.visible })))
  }
  return fields
}

/** What is legal but unwise in a plan's schedule, as its declaration sees it. */
export function scheduleAdvice({ schedule, epochs }: TrainingPlan): ErrorDetails | null {
  const declaration = schedules.find(({ type }) => type === schedule.type)
  const advice = declaration?.advise?.(effectiveParams(declaration.params, schedule.params as JsonObject), epochs)
  return advice ? { ...advice, where: `training.schedule.${advice.where}` } : null
}
