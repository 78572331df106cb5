import type { Attributes, ReferenceContext, ReferenceImplementation } from '../op.ts'
import { at, operand, zeros } from './tensor.ts'

type Step = (
  w: number,
  g: number,
  slots: readonly number[],
  attributes: Attributes,
  context: ReferenceContext,
) => { w: number; slots: readonly number[] }

/** An update that treats all elements alike: parameters and slots in the op's order. */
export function elementwise(step: Step): ReferenceImplementation {
  return (inputs, attributes, shapes, context) => {
    const k = attributes.count as number
    const slots = inputs.length / k - 2
    const outputs = shapes.map((shape) => zeros(shape))
    for (let p = 0; p < k; p += 1)
      for (let i = 0; i < operand(inputs[p]).data.length; i += 1) {
        const read = (group: number): number => at(operand(inputs[group * k + p]), i)
        const before = Array.from({ length: slots }, (_, slot) => read(2 + slot))
        const after = step(read(0), read(1), before, attributes, context)
        operand(outputs[p]).data[i] = after.w
        for (let slot = 0; slot < slots; slot += 1)
          operand(outputs[(1 + slot) * k + p]).data[i] = after.slots[slot] as number
      }
    return outputs
  }
}

export const sgdUpdate = elementwise((w, g, [v], attributes, { learningRate }) => {
  const momentum = attributes.momentum as number
  const step = learningRate * g
  if (v === undefined) return { w: w - step, slots: [] }
  const velocity = momentum * v - step
  return { w: w + (attributes.nesterov ? momentum * velocity - step : velocity), slots: [velocity] }
})

export const rmspropUpdate = elementwise((w, g, slots, attributes, { learningRate }) => {
  const rho = attributes.rho as number
  const momentum = attributes.momentum as number
  const after = [rho * (slots[0] as number) + (1 - rho) * g * g]
  let denominator = (after[0] as number) + (attributes.epsilon as number)
  const average = slots.at(-1) as number
  const movedAverage = rho * average + (1 - rho) * g
  if (attributes.centered) denominator -= movedAverage * movedAverage
  let increment = (learningRate * g) / Math.sqrt(denominator)
  if (momentum > 0) {
    increment += momentum * (slots[1] as number)
    after.push(increment)
  }
  if (attributes.centered) after.push(movedAverage)
  return { w: w - increment, slots: after }
})

export const adamUpdate = elementwise((w, g, slots, attributes, { learningRate, iteration }) => {
  const beta1 = attributes.beta1 as number
  const beta2 = attributes.beta2 as number
  const t = iteration + 1
  const alpha = (learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t)
  const m = (slots[0] as number) + (g - (slots[0] as number)) * (1 - beta1)
  const v = (slots[1] as number) + (g * g - (slots[1] as number)) * (1 - beta2)
  return { w: w - (m * alpha) / (Math.sqrt(v) + (attributes.epsilon as number)), slots: [m, v] }
})
