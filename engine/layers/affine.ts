import {
  constraintOf,
  constraintParams,
  initializerOf,
  initializerParams,
  regularizerOf,
  regularizerParams,
} from './initializers.ts'
import type { WeightSpec } from './layer.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs } from './params.ts'
import { booleanParam } from './read-params.ts'

/** Keras' `epsilon` of a normalising layer. */
export function epsilonParam(initial: number, help = 'Added to the variance against division by zero.'): ParamSpec {
  return {
    kind: 'number',
    label: 'Epsilon',
    help,
    keras: 'epsilon',
    default: initial,
    min: 0,
    max: 1,
    exclusiveMin: true,
    logarithmic: true,
  }
}

const centerParam: ParamSpec = {
  kind: 'boolean',
  label: 'Center',
  help: 'Adds a learned $\\beta$.',
  keras: 'center',
  default: true,
}

const scaleParam: ParamSpec = {
  kind: 'boolean',
  label: 'Scale',
  help: 'Multiplies by a learned $\\gamma$.',
  keras: 'scale',
  default: true,
}

/** Where beta and gamma come from and what keeps them in bounds; shown while the layer has them. */
function weightParams(weight: 'beta' | 'gamma', flag: 'center' | 'scale', initial: 'zeros' | 'ones'): ParamSpecs {
  const specs = {
    ...initializerParams(weight, initial, `${weight}_initializer`),
    ...regularizerParams(weight),
    ...constraintParams(weight),
  }
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const own = spec.visible
      const visible = (params: EffectiveParams) => params[flag] === true && (own?.(params) ?? true)
      return [name, { ...spec, visible }]
    }),
  )
}

/** Keras' parameters of a learned scale and shift. */
export const affineParams: ParamSpecs = {
  center: centerParam,
  scale: scaleParam,
  ...weightParams('beta', 'center', 'zeros'),
  ...weightParams('gamma', 'scale', 'ones'),
}

function spec(weight: string, size: number, params: EffectiveParams): WeightSpec {
  return {
    name: weight,
    shape: [size],
    initializer: initializerOf(params, weight, { fanIn: size, fanOut: size }),
    trainable: true,
    regularizer: regularizerOf(params, weight),
    constraint: constraintOf(params, weight),
  }
}

/** Gamma and beta of so many channels, where the layer has them. */
export function affineSpecs(size: number, params: EffectiveParams): WeightSpec[] {
  return [
    ...(booleanParam(params, 'scale') ? [spec('gamma', size, params)] : []),
    ...(booleanParam(params, 'center') ? [spec('beta', size, params)] : []),
  ]
}
