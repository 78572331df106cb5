import type { Shape } from '../base/shape.ts'
import type { ValueId } from '../compile/ir.ts'
import { activationOptions, lowerActivation } from './activations.ts'
import {
  constraintOf,
  constraintParams,
  initializerOf,
  initializerParams,
  regularizerOf,
  regularizerParams,
} from './initializers.ts'
import type { LowerContext, WeightSpec } from './layer.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs } from './params.ts'
import { booleanParam, textParam } from './read-params.ts'
import { activationAlpha, withBias } from './windows.ts'

/** Keras' `activation` of a layer with kernels. */
export const activationParam: ParamSpec = {
  kind: 'choice',
  label: 'Activation',
  help: 'The function applied to the sum of products and bias.',
  keras: 'activation',
  default: 'linear',
  options: activationOptions,
}

/** Keras' `use_bias`. */
export const useBiasParam: ParamSpec = {
  kind: 'boolean',
  label: 'Bias',
  help: 'Adds a learned number to every channel of the output.',
  keras: 'use_bias',
  default: true,
}

/** Initialisers, regularisers and constraints of the kernels named, those of the bias, and the regulariser of the output. */
export function kernelParams(...kernels: readonly string[]): ParamSpecs {
  return { ...Object.assign({}, ...kernels.map((name) => ownParams(name, true))), ...sharedParams }
}

/** The same for a kernel whose last axis is not the output's channels; `keras` is what Keras calls it, where it is called so. */
export function turnedKernelParams(kernel: string, keras = kernel): ParamSpecs {
  const own = Object.entries(ownParams(kernel, false)).map(([name, spec]) => {
    return [name, { ...spec, ...(spec.keras ? { keras: spec.keras.replace(kernel, keras) } : {}) }] as const
  })
  return { ...Object.fromEntries(own), ...sharedParams }
}

/** Those of a depthwise kernel, whose last axis is the multiplier, and of the pointwise one behind it. */
export function separableKernelParams(): ParamSpecs {
  return { ...ownParams('depthwise', false), ...ownParams('pointwise', true), ...sharedParams }
}

function ownParams(name: string, byUnit: boolean): ParamSpecs {
  return {
    ...initializerParams(name, 'glorot_uniform', `${snakeCase(name)}_initializer`),
    ...regularizerParams(name),
    ...constraintParams(name, byUnit),
  }
}

const bias = { ...regularizerParams('bias'), ...constraintParams('bias') }

const sharedParams: ParamSpecs = {
  ...initializerParams('bias', 'zeros', 'bias_initializer'),
  biasL1: { ...bias.biasL1!, ...withBias },
  biasL2: { ...bias.biasL2!, ...withBias },
  ...regularizerParams('activity'),
  biasConstraint: { ...bias.biasConstraint!, ...withBias },
  biasMaxNorm: bias.biasMaxNorm!,
}

/** A kernel drawn by its parameters; fans follow from its shape as in Keras' `compute_fans`. */
export function kernelSpec(name: string, shape: Shape, params: EffectiveParams, param = name): WeightSpec {
  const initializer = initializerOf(params, param)
  const regularizer = regularizerOf(params, param)
  return { name, shape, initializer, trainable: true, regularizer, constraint: constraintOf(params, param) }
}

/** The bias of so many channels, or nothing where the layer has none. */
export function biasSpecs(channels: number, params: EffectiveParams): WeightSpec[] {
  if (!booleanParam(params, 'useBias')) return []
  const initializer = initializerOf(params, 'bias', { fanIn: channels, fanOut: channels })
  const regularizer = regularizerOf(params, 'bias')
  const constraint = constraintOf(params, 'bias')
  return [{ name: 'bias', shape: [channels], initializer, trainable: true, regularizer, constraint }]
}

/** The layer's activation of a sum, and the penalty on what comes out. */
export function activated(context: LowerContext, sum: ValueId): ValueId {
  const activation = textParam(context.params, 'activation')
  const result = lowerActivation(context.builder, sum, activation, activationAlpha(activation))
  const activity = regularizerOf(context.params, 'activity')
  if (activity) context.penalize(result, activity)
  return result
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
