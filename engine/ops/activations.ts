import type { AttributeSpec } from './op.ts'

/** Activations of Keras 3; a name's index is its encoding. */
export const activationNames = [
  'linear',
  'relu',
  'sigmoid',
  'tanh',
  'step',
  'leaky_relu',
  'elu',
  'selu',
  'gelu',
  'softplus',
  'silu',
] as const

export type ActivationName = (typeof activationNames)[number]

/** Attributes shared by the ops that apply an activation. */
export const activationAttributes: Readonly<Record<string, AttributeSpec>> = {
  activation: { kind: 'choice', options: activationNames, default: 'linear' },
  alpha: { kind: 'number', min: -1e6, max: 1e6, default: 0 },
}

/** True when act'(x) follows from act(x) alone, so that the input need not be kept. */
export function hasGradientFromOutput(activation: string, alpha: number): boolean {
  if (activation === 'leaky_relu' || activation === 'elu') return alpha > 0
  return activation === 'relu' || activation === 'sigmoid' || activation === 'tanh'
}

/** Rough cost of one element in floating-point operations. */
export function activationFlops(activation: string): number {
  if (activation === 'linear') return 0
  if (activation === 'relu' || activation === 'step' || activation === 'leaky_relu') return 1
  return 8
}

/** True where the derivative jumps or nearly does. */
export function isActivationKink(activation: string, value: number): boolean {
  return ['relu', 'step', 'leaky_relu', 'elu', 'selu'].includes(activation) && Math.abs(value) < 1e-2
}
