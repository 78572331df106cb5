import type { Shape } from '../base/shape.ts'
import { activationOptions } from './activations.ts'
import { initializerOf, initializerParams, regularizerOf, regularizerParams } from './initializers.ts'
import type { WeightSpec } from './layer.ts'
import type { EffectiveParams, ParamSpec, ParamSpecs } from './params.ts'
import { booleanParam } from './read-params.ts'
import { withBias } from './windows.ts'

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

/** Initialisers and regularisers of the kernels named and of the bias. */
export function kernelParams(...kernels: readonly string[]): ParamSpecs {
  const bias = regularizerParams('bias')
  const own = kernels.map((name) => ({
    ...initializerParams(name, 'glorot_uniform', `${snakeCase(name)}_initializer`),
    ...regularizerParams(name),
  }))
  return {
    ...Object.assign({}, ...own),
    ...initializerParams('bias', 'zeros', 'bias_initializer'),
    biasL1: { ...bias.biasL1!, ...withBias },
    biasL2: { ...bias.biasL2!, ...withBias },
  }
}

/** A kernel drawn by its parameters; fans follow from its shape as in Keras' `compute_fans`. */
export function kernelSpec(name: string, shape: Shape, params: EffectiveParams, param = name): WeightSpec {
  const initializer = initializerOf(params, param)
  return { name, shape, initializer, trainable: true, regularizer: regularizerOf(params, param) }
}

/** The bias of so many channels, or nothing where the layer has none. */
export function biasSpecs(channels: number, params: EffectiveParams): WeightSpec[] {
  if (!booleanParam(params, 'useBias')) return []
  const initializer = initializerOf(params, 'bias', { fanIn: channels, fanOut: channels })
  return [{ name: 'bias', shape: [channels], initializer, trainable: true, regularizer: regularizerOf(params, 'bias') }]
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
