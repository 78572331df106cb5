import type { ReferenceImplementation } from '../op.ts'
import { at, operand, tensorOf } from './tensor.ts'

const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

/** Error function by its Maclaurin series up to 3 and by the continued fraction of erfc beyond (Abramowitz and Stegun 7.1.5, 7.1.14). */
function erf(x: number): number {
  const size = Math.abs(x)
  if (size > 6) return Math.sign(x)
  if (size <= 3) {
    let term = x
    let sum = x
    for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum) && n < 200; n += 1) {
      term *= (-x * x) / n
      sum += term / (2 * n + 1)
    }
    return (2 / Math.sqrt(Math.PI)) * sum
  }
  let fraction = 0
  for (let k = 120; k >= 1; k -= 1) fraction = k / 2 / (size + fraction)
  return Math.sign(x) * (1 - Math.exp(-size * size) / Math.sqrt(Math.PI) / (size + fraction))
}

function clip(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high)
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}

const GELU_SCALE = Math.sqrt(2 / Math.PI)

function geluArgument(x: number): number {
  return GELU_SCALE * (x + 0.044715 * x ** 3)
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}

/** Keras 3's activations and their derivatives at x. */
const functions: Readonly<
  Record<string, readonly [(x: number, a: number) => number, (x: number, a: number) => number]>
> = {
  linear: [(x) => x, () => 1],
  relu: [(x) => Math.max(0, x), (x) => (x > 0 ? 1 : 0)],
  sigmoid: [sigmoid, (x) => sigmoid(x) * (1 - sigmoid(x))],
  tanh: [Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
  step: [(x) => (x >= 0 ? 1 : 0), () => 0],
  leaky_relu: [(x, a) => (x > 0 ? x : a * x), (x, a) => (x > 0 ? 1 : a)],
  elu: [(x, a) => (x > 0 ? x : a * Math.expm1(x)), (x, a) => (x > 0 ? 1 : a * Math.exp(x))],
  selu: [
    (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
    (x) => SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x)),
  ],
  gelu: [
    (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
    (x) => 0.5 * (1 + erf(x / Math.SQRT2)) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI),
  ],
  softplus: [softplus, sigmoid],
  silu: [(x) => x * sigmoid(x), (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x)))],
  gelu_tanh: [
    (x) => 0.5 * x * (1 + Math.tanh(geluArgument(x))),
    (x) => {
      const t = Math.tanh(geluArgument(x))
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * GELU_SCALE * (1 + 3 * 0.044715 * x * x)
    },
  ],
  softsign: [(x) => x / (1 + Math.abs(x)), (x) => 1 / (1 + Math.abs(x)) ** 2],
  mish: [
    (x) => x * Math.tanh(softplus(x)),
    (x) => Math.tanh(softplus(x)) + x * (1 - Math.tanh(softplus(x)) ** 2) * sigmoid(x),
  ],
  hard_sigmoid: [(x) => clip(x / 6 + 0.5, 0, 1), (x) => (Math.abs(x) < 3 ? 1 / 6 : 0)],
  hard_tanh: [(x) => clip(x, -1, 1), (x) => (Math.abs(x) < 1 ? 1 : 0)],
  hard_silu: [(x) => x * clip(x / 6 + 0.5, 0, 1), (x) => (Math.abs(x) < 3 ? x / 3 + 0.5 : x > 0 ? 1 : 0)],
  exponential: [Math.exp, Math.exp],
  relu6: [(x) => clip(x, 0, 6), (x) => (x > 0 && x < 6 ? 1 : 0)],
  celu: [(x, a) => (x > 0 ? x : a * Math.expm1(x / a)), (x, a) => (x > 0 ? 1 : Math.exp(x / a))],
  log_sigmoid: [(x) => -softplus(-x), (x) => sigmoid(-x)],
  tanh_shrink: [(x) => x - Math.tanh(x), (x) => Math.tanh(x) ** 2],
  soft_shrink: [(x) => Math.sign(x) * Math.max(Math.abs(x) - 0.5, 0), (x) => (Math.abs(x) > 0.5 ? 1 : 0)],
  hard_shrink: [(x) => (Math.abs(x) > 0.5 ? x : 0), (x) => (Math.abs(x) > 0.5 ? 1 : 0)],
  squareplus: [(x) => (x + Math.sqrt(x * x + 4)) / 2, (x) => (x / Math.sqrt(x * x + 4) + 1) / 2],
}

/** Derivatives expressed by y = activation(x). */
const fromOutput: Readonly<Record<string, (y: number, a: number) => number>> = {
  relu: (y) => (y > 0 ? 1 : 0),
  sigmoid: (y) => y * (1 - y),
  tanh: (y) => 1 - y * y,
  leaky_relu: (y, a) => (y > 0 ? 1 : a),
  elu: (y, a) => (y > 0 ? 1 : y + a),
}

export function activate(name: string, x: number, alpha: number): number {
  return (functions[name] as (typeof functions)[string])[0](x, alpha)
}

export function derivativeFromOutput(name: string, y: number, alpha: number): number {
  return (fromOutput[name] as (typeof fromOutput)[string])(y, alpha)
}

export const activation: ReferenceImplementation = ([input], attributes, [shape]) => {
  const x = operand(input)
  return [
    tensorOf(shape as number[], (i) => activate(attributes.activation as string, at(x, i), attributes.alpha as number)),
  ]
}

export const activationGradient: ReferenceImplementation = ([gradient, x, y], attributes, [shape]) => {
  const dy = operand(gradient)
  const name = attributes.activation as string
  const alpha = attributes.alpha as number
  const derivative = (i: number): number =>
    x
      ? (functions[name] as (typeof functions)[string])[1](at(x, i), alpha)
      : derivativeFromOutput(name, at(operand(y), i), alpha)
  return [tensorOf(shape as number[], (i) => at(dy, i) * derivative(i))]
}
