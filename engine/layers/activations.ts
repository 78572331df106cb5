import { invariant } from '../base/errors.ts'
import type { GraphBuilder } from '../compile/builder.ts'
import type { ValueId } from '../compile/ir.ts'

/** Every activation a layer offers, with its formula. `step` has no gradient: it computes, but nothing before it learns. */
export const activationOptions = [
  { value: 'linear', label: 'linear', help: '$x$' },
  { value: 'relu', label: 'ReLU', help: '$\\max(0, x)$' },
  { value: 'sigmoid', label: 'sigmoid', help: '$1 / (1 + e^{-x})$' },
  { value: 'tanh', label: 'tanh', help: '$\\tanh x$' },
  { value: 'softmax', label: 'softmax', help: '$e^{x_i} / \\sum_j e^{x_j}$ over the last axis' },
  { value: 'leaky_relu', label: 'leaky ReLU', help: '$x$ if $x > 0$, else slope times $x$' },
  { value: 'elu', label: 'ELU', help: '$x$ if $x > 0$, else $\\alpha (e^x - 1)$' },
  { value: 'selu', label: 'SELU', help: 'ELU with fixed $\\alpha = 1.6733$, scaled by $1.0507$' },
  { value: 'gelu', label: 'GELU', help: '$x \\Phi(x)$, exact form with erf' },
  { value: 'softplus', label: 'softplus', help: '$\\ln(1 + e^x)$' },
  { value: 'silu', label: 'SiLU (swish)', help: '$x / (1 + e^{-x})$; Keras also calls it swish' },
  { value: 'gelu_tanh', label: 'GELU (tanh form)', help: 'approximates GELU; Keras calls it gelu with approximate' },
  { value: 'softsign', label: 'softsign', help: '$x / (1 + |x|)$' },
  { value: 'mish', label: 'Mish', help: '$x \\tanh(\\ln(1 + e^x))$' },
  { value: 'hard_sigmoid', label: 'hard sigmoid', help: '$x / 6 + 1/2$, cut to 0 and 1' },
  { value: 'hard_tanh', label: 'hard tanh', help: '$x$, cut to -1 and 1' },
  { value: 'hard_silu', label: 'hard SiLU (hard swish)', help: '$x$ times hard sigmoid of $x$' },
  { value: 'exponential', label: 'exponential', help: '$e^x$' },
  { value: 'relu6', label: 'ReLU6', help: 'ReLU, cut at 6' },
  {
    value: 'celu',
    label: 'CELU',
    help: '$x$ if $x > 0$, else $\\alpha (e^{x / \\alpha} - 1)$: ELU with a smooth derivative',
  },
  { value: 'log_sigmoid', label: 'log sigmoid', help: '$-\\ln(1 + e^{-x})$' },
  { value: 'log_softmax', label: 'log softmax', help: 'logarithm of softmax over the last axis' },
  { value: 'tanh_shrink', label: 'tanh shrink', help: '$x - \\tanh x$' },
  { value: 'soft_shrink', label: 'soft shrink', help: '$x$ moved towards 0 by $1/2$; 0 within $1/2$ of 0' },
  { value: 'hard_shrink', label: 'hard shrink', help: '$x$; 0 within $1/2$ of 0' },
  { value: 'squareplus', label: 'squareplus', help: '$(x + \\sqrt{x^2 + 4}) / 2$' },
  { value: 'step', label: 'step (threshold)', help: '$1$ if $x \\ge 0$, else $0$; its gradient is 0' },
] as const

/** Slope of Keras' activation function `leaky_relu` (the layer LeakyReLU uses 0.3). */
export const FUNCTION_NEGATIVE_SLOPE = 0.2

/** Activations whose outputs cannot leave a bounded or one-sided range. */
export const activationRange: Readonly<Record<string, string>> = {
  relu: 'at least 0',
  sigmoid: '0 to 1',
  tanh: '-1 to 1',
  softmax: '0 to 1',
  softplus: 'above 0',
  step: '0 or 1',
  softsign: '-1 to 1',
  hard_sigmoid: '0 to 1',
  hard_tanh: '-1 to 1',
  exponential: 'above 0',
  relu6: '0 to 6',
  log_sigmoid: 'below 0',
  log_softmax: 'at most 0',
  squareplus: 'above 0',
}

/** Emits the ops of an activation; linear emits none. `alpha` is the slope of leaky_relu or the scale of elu and celu. */
export function lowerActivation(builder: GraphBuilder, value: ValueId, activation: string, alpha: number): ValueId {
  invariant(
    activationOptions.some((option) => option.value === activation),
    `unknown activation ${activation}`,
  )
  if (activation === 'linear') return value
  if (activation === 'softmax' || activation === 'log_softmax') return builder.emitOne(activation, [value])
  return builder.emitOne('activation', [value], { activation, alpha })
}
