import type { InitializerName, WeightSpec } from './layer.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs } from './params.ts'
import { numberParam, textParam } from './read-params.ts'

const options: readonly { value: InitializerName; label: string; help: string }[] = [
  {
    value: 'glorot_uniform',
    label: 'Glorot uniform',
    help: 'Xavier: $U(-a, a)$, $a = \\sqrt{6 / (fan_{in} + fan_{out})}$',
  },
  {
    value: 'glorot_normal',
    label: 'Glorot normal',
    help: 'Xavier: truncated normal, $\\sigma^2 = 2 / (fan_{in} + fan_{out})$',
  },
  { value: 'he_uniform', label: 'He uniform', help: '$U(-a, a)$, $a = \\sqrt{6 / fan_{in}}$; for ReLU and its kin' },
  {
    value: 'he_normal',
    label: 'He normal',
    help: 'truncated normal, $\\sigma^2 = 2 / fan_{in}$; for ReLU and its kin',
  },
  { value: 'lecun_uniform', label: 'LeCun uniform', help: '$U(-a, a)$, $a = \\sqrt{3 / fan_{in}}$' },
  { value: 'lecun_normal', label: 'LeCun normal', help: 'truncated normal, $\\sigma^2 = 1 / fan_{in}$; for SELU' },
  { value: 'random_normal', label: 'random normal', help: 'mean 0, standard deviation 0.05' },
  {
    value: 'truncated_normal',
    label: 'truncated normal',
    help: 'mean 0, standard deviation 0.05, drawn again beyond two deviations',
  },
  {
    value: 'orthogonal',
    label: 'orthogonal',
    help: 'columns (or rows, where there are fewer) at right angles to each other, times a gain; keeps lengths in recurrent and deep networks',
  },
  { value: 'identity', label: 'identity', help: 'ones on the diagonal, times a gain; for matrices' },
  {
    value: 'variance_scaling',
    label: 'variance scaling',
    help: '$\\sigma^2 = scale / fan$ with the scale, fan and distribution given below; Glorot, He and LeCun are cases of it',
  },
  { value: 'random_uniform', label: 'random uniform', help: '$U(-0.05, 0.05)$' },
  { value: 'zeros', label: 'zeros', help: 'all 0' },
  { value: 'ones', label: 'ones', help: 'all 1' },
  { value: 'constant', label: 'constant', help: 'all the value given below' },
]

/** Initialisers with a gain or scale. */
const gains: ReadonlySet<string> = new Set(['orthogonal', 'identity', 'variance_scaling'])

/** Initialisers that are defined for matrices only, and weights that are none. */
const matrices: ReadonlySet<string> = new Set(['orthogonal', 'identity'])
const vectors: ReadonlySet<string> = new Set(['bias', 'beta', 'gamma', 'alpha', 'movingMean', 'movingVariance'])

type ScalingMode = NonNullable<WeightSpec['initializer']['mode']>
type ScalingDistribution = NonNullable<WeightSpec['initializer']['distribution']>

const modes = [
  { value: 'fan_in', label: 'fan in' },
  { value: 'fan_out', label: 'fan out' },
  { value: 'fan_avg', label: 'mean of both' },
]

const distributions = [
  { value: 'truncated_normal', label: 'truncated normal' },
  { value: 'untruncated_normal', label: 'normal' },
  { value: 'uniform', label: 'uniform' },
]

/**
 * The parameters of an initialiser: its name under `<weight>Initializer`, the constant under `<weight>Value`, the gain or scale under
 * `<weight>Gain`, mode and distribution of variance scaling under `<weight>Mode` and `<weight>Distribution`.
 */
export function initializerParams(weight: string, initial: InitializerName, keras: string): ParamSpecs {
  const name: ParamSpec = {
    kind: 'choice',
    label: `${capitalised(weight)} initialiser`,
    help: `How ${weight} is drawn before training. Drawn from the seed: the same seed gives the same numbers.`,
    keras,
    default: initial,
    options: vectors.has(weight) ? options.filter((option) => !matrices.has(option.value)) : options,
  }
  const value: ParamSpec = {
    kind: 'number',
    label: `${capitalised(weight)} value`,
    help: `The number every element of ${weight} starts with.`,
    keras: 'value',
    default: 0,
    min: -1e6,
    max: 1e6,
    searchable: false,
    visible: (params) => params[`${weight}Initializer`] === 'constant',
  }
  const gain: ParamSpec = {
    kind: 'number',
    label: `${capitalised(weight)} gain`,
    help: 'Factor of an orthogonal or identity matrix; scale of variance scaling.',
    keras: 'gain',
    default: 1,
    min: 0,
    max: 1000,
    exclusiveMin: true,
    searchable: false,
    visible: (params) => gains.has(params[`${weight}Initializer`] as string),
  }
  const scaling = { visible: (params: EffectiveParams) => params[`${weight}Initializer`] === 'variance_scaling' }
  const mode: ParamSpec = {
    kind: 'choice',
    label: `${capitalised(weight)} fan`,
    help: 'The number of connections that the variance is divided by.',
    keras: 'mode',
    default: 'fan_in',
    options: modes,
    searchable: false,
    ...scaling,
  }
  const distribution: ParamSpec = {
    kind: 'choice',
    label: `${capitalised(weight)} distribution`,
    help: 'What variance scaling draws from.',
    keras: 'distribution',
    default: 'truncated_normal',
    options: distributions,
    searchable: false,
    ...scaling,
  }
  return {
    [`${weight}Initializer`]: name,
    [`${weight}Value`]: value,
    [`${weight}Gain`]: gain,
    [`${weight}Mode`]: mode,
    [`${weight}Distribution`]: distribution,
  }
}

/** The initialiser that the parameters of `initializerParams` describe. */
export function initializerOf(
  params: EffectiveParams,
  weight: string,
  fan?: { fanIn: number; fanOut: number },
): WeightSpec['initializer'] {
  const name = textParam(params, `${weight}Initializer`) as InitializerName
  if (name === 'constant') return { name, value: numberParam(params, `${weight}Value`) }
  if (!gains.has(name)) return { name, ...fan }
  const value = numberParam(params, `${weight}Gain`)
  if (name !== 'variance_scaling') return { name, value }
  const mode = textParam(params, `${weight}Mode`) as ScalingMode
  const distribution = textParam(params, `${weight}Distribution`) as ScalingDistribution
  return { name, value, mode, distribution, ...fan }
}

/** L1 and L2 factors of one weight: penalties `l1 * sum |w|` and `l2 * sum w^2` are added to the loss (Keras `L1L2`). */
export function regularizerParams(weight: string): ParamSpecs {
  const factor = (norm: 'L1' | 'L2', formula: string): ParamSpec => ({
    kind: 'number',
    label: `${capitalised(weight)} ${norm}`,
    help: `Adds $${formula}$ over ${weight} to the loss. 0 switches it off.`,
    keras: `${weight}_regularizer`,
    default: 0,
    min: 0,
    max: 1000,
    logarithmic: true,
  })
  return {
    [`${weight}L1`]: factor('L1', '\\lambda \\sum |w|'),
    [`${weight}L2`]: factor('L2', '\\lambda \\sum w^2'),
  }
}

/** The regulariser that the parameters of `regularizerParams` describe; undefined when both factors are 0. */
export function regularizerOf(params: EffectiveParams, weight: string): { l1: number; l2: number } | undefined {
  const l1 = numberParam(params, `${weight}L1`)
  const l2 = numberParam(params, `${weight}L2`)
  return l1 === 0 && l2 === 0 ? undefined : { l1, l2 }
}

const constraintOptions = [
  { value: 'none', label: 'none', help: 'Free.' },
  {
    value: 'max_norm',
    label: 'maximum norm',
    help: 'The weights of each unit have a norm of at most the limit.',
  },
  { value: 'non_neg', label: 'non-negative', help: 'Negative weights become 0.' },
  { value: 'unit_norm', label: 'unit norm', help: 'The weights of each unit have the norm 1.' },
]

/**
 * Keras' constraints of one weight: what it is projected onto after each step. Norms are those of a unit's weights, all axes but the
 * last; for weights whose last axis is not the unit only `non_neg` is offered.
 */
export function constraintParams(weight: string, byUnit = true): ParamSpecs {
  const all = constraintOptions.filter(({ value }) => byUnit || value === 'none' || value === 'non_neg')
  const choice: ParamSpecs = {
    [`${weight}Constraint`]: {
      kind: 'choice',
      label: `${capitalised(weight)} constraint`,
      help: `What ${weight} must keep to: it is projected back after each step.`,
      keras: `${weight}_constraint`,
      default: 'none',
      options: all,
    },
  }
  if (!byUnit) return choice
  return {
    ...choice,
    [`${weight}MaxNorm`]: {
      kind: 'number',
      label: `${capitalised(weight)} maximum norm`,
      help: 'Largest norm of the weights of one unit.',
      keras: 'max_value',
      default: 2,
      min: 0,
      max: 1e6,
      exclusiveMin: true,
      visible: (params) => params[`${weight}Constraint`] === 'max_norm',
    },
  }
}

/** The constraint that the parameters of `constraintParams` describe. */
export function constraintOf(params: EffectiveParams, weight: string): WeightSpec['constraint'] {
  const kind = textParam(params, `${weight}Constraint`)
  if (kind === 'none') return undefined
  const limit = kind === 'max_norm' ? numberParam(params, `${weight}MaxNorm`) : 1
  return { kind: kind as NonNullable<WeightSpec['constraint']>['kind'], limit }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
