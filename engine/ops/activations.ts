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
  'gelu_tanh',
  'softsign',
  'mish',
  'hard_sigmoid',
  'hard_tanh',
  'hard_silu',
  'exponential',
  'relu6',
  'celu',
  'log_sigmoid',
  'tanh_shrink',
  'soft_shrink',
  'hard_shrink',
  'squareplus',
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

/** Activations that take no more than comparisons and a product. */
const cheap: ReadonlySet<string> = new Set([
  'relu',
  'step',
  'leaky_relu',
  'relu6',
  'hard_sigmoid',
  'hard_tanh',
  'hard_silu',
  'soft_shrink',
  'hard_shrink',
])

/** Where the derivative jumps. */
const kinks: Readonly<Record<string, readonly number[]>> = {
  relu: [0],
  step: [0],
  leaky_relu: [0],
  elu: [0],
  selu: [0],
  hard_sigmoid: [-3, 3],
  hard_tanh: [-1, 1],
  hard_silu: [-3, 3],
  relu6: [0, 6],
  celu: [0],
  soft_shrink: [-0.5, 0.5],
  hard_shrink: [-0.5, 0.5],
}

/** Rough cost of one element in floating-point operations. */
export function activationFlops(activation: string): number {
  if (activation === 'linear') return 0
  return cheap.has(activation) ? 1 : 8
}

/** True where the derivative jumps or nearly does. */
export function isActivationKink(activation: string, value: number): boolean {
  return (kinks[activation] ?? []).some((kink) => Math.abs(value - kink) < 1e-2)
}
