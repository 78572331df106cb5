import type { Attributes } from '../op.ts'
import { elementwise } from './update.ts'

const betas = (attributes: Attributes): { beta1: number; beta2: number; epsilon: number } => ({
  beta1: attributes.beta1 as number,
  beta2: attributes.beta2 as number,
  epsilon: attributes.epsilon as number,
})

export const adagradUpdate = elementwise((w, g, [sum], { epsilon }, { learningRate }) => {
  const total = (sum as number) + g * g
  return { w: w - (learningRate * g) / Math.sqrt(total + (epsilon as number)), slots: [total] }
})

export const adadeltaUpdate = elementwise((w, g, slots, attributes, { learningRate }) => {
  const rho = attributes.rho as number
  const rms = (x: number): number => Math.sqrt(x + (attributes.epsilon as number))
  const square = rho * (slots[0] as number) + (1 - rho) * g * g
  const step = (-rms(slots[1] as number) * g) / rms(square)
  return { w: w + learningRate * step, slots: [square, rho * (slots[1] as number) + (1 - rho) * step * step] }
})

export const adamaxUpdate = elementwise((w, g, slots, attributes, { learningRate, iteration }) => {
  const { beta1, beta2, epsilon } = betas(attributes)
  const m = beta1 * (slots[0] as number) + (1 - beta1) * g
  const u = Math.max(beta2 * (slots[1] as number), Math.abs(g))
  return { w: w - (learningRate * m) / ((1 - beta1 ** (iteration + 1)) * (u + epsilon)), slots: [m, u] }
})

export const amsgradUpdate = elementwise((w, g, slots, attributes, { learningRate, iteration }) => {
  const { beta1, beta2, epsilon } = betas(attributes)
  const t = iteration + 1
  const m = beta1 * (slots[0] as number) + (1 - beta1) * g
  const v = beta2 * (slots[1] as number) + (1 - beta2) * g * g
  const largest = Math.max(slots[2] as number, v)
  const alpha = (learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t)
  return { w: w - (alpha * m) / (Math.sqrt(largest) + epsilon), slots: [m, v, largest] }
})

export const nadamUpdate = elementwise((w, g, slots, attributes, { learningRate, iteration }) => {
  const { beta1, beta2, epsilon } = betas(attributes)
  const t = iteration + 1
  const momentum = (step: number): number => beta1 * (1 - 0.5 * 0.96 ** step)
  let product = 1
  for (let step = 1; step <= t; step += 1) product *= momentum(step)
  const m = beta1 * (slots[0] as number) + (1 - beta1) * g
  const v = beta2 * (slots[1] as number) + (1 - beta2) * g * g
  const next = momentum(t + 1)
  const mean = (next * m) / (1 - product * next) + ((1 - momentum(t)) * g) / (1 - product)
  return { w: w - (learningRate * mean) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon), slots: [m, v] }
})

export const radamUpdate = elementwise((w, g, slots, attributes, { learningRate, iteration }) => {
  const { beta1, beta2, epsilon } = betas(attributes)
  const t = iteration + 1
  const m = beta1 * (slots[0] as number) + (1 - beta1) * g
  const v = beta2 * (slots[1] as number) + (1 - beta2) * g * g
  const corrected = m / (1 - beta1 ** t)
  const longest = 2 / (1 - beta2) - 1
  const length = longest - (2 * t * beta2 ** t) / (1 - beta2 ** t)
  if (length <= 5) return { w: w - learningRate * corrected, slots: [m, v] }
  const rectification = Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length))
  const adaptive = Math.sqrt(1 - beta2 ** t) / (Math.sqrt(v) + epsilon)
  return { w: w - learningRate * corrected * adaptive * rectification, slots: [m, v] }
})

export const lionUpdate = elementwise((w, g, [m], attributes, { learningRate }) => {
  const beta1 = attributes.beta1 as number
  const beta2 = attributes.beta2 as number
  const direction = Math.sign(beta1 * (m as number) + (1 - beta1) * g)
  return { w: w - learningRate * direction, slots: [beta2 * (m as number) + (1 - beta2) * g] }
})
