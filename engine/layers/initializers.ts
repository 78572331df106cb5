import type { InitializerName, WeightSpec } from './layer.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs } from './params.ts'
import { numberParam, textParam } from './read-params.ts'

const options: readonly { value: InitializerName; label: string; help: string }[] = [
  { value: 'glorot_uniform', label: 'Glorot uniform', help: '$U(-a, a)$, $a = \\sqrt{6 / (fan_{in} + fan_{out})}$' },
  {
    value: 'glorot_normal',
    label: 'Glorot normal',
    help: 'truncated normal, $\\sigma^2 = 2 / (fan_{in} + fan_{out})$',
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
  { value: 'random_uniform', label: 'random uniform', help: '$U(-0.05, 0.05)$' },
  { value: 'zeros', label: 'zeros', help: 'all 0' },
  { value: 'ones', label: 'ones', help: 'all 1' },
  { value: 'constant', label: 'constant', help: 'all the value given below' },
]

/** The two parameters of an initialiser: its name under `<weight>Initializer` and the constant under `<weight>Value`. */
export function initializerParams(weight: string, initial: InitializerName, keras: string): ParamSpecs {
  const name: ParamSpec = {
    kind: 'choice',
    label: `${capitalised(weight)} initialiser`,
    help: `How ${weight} is drawn before training. Drawn from the seed: the same seed gives the same numbers.`,
    keras,
    default: initial,
    options,
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
  return { [`${weight}Initializer`]: name, [`${weight}Value`]: value }
}

/** The initialiser that the parameters of `initializerParams` describe. */
export function initializerOf(
  params: EffectiveParams,
  weight: string,
  fan?: { fanIn: number; fanOut: number },
): WeightSpec['initializer'] {
  const name = textParam(params, `${weight}Initializer`) as InitializerName
  return name === 'constant' ? { name, value: numberParam(params, `${weight}Value`) } : { name, ...fan }
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

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
