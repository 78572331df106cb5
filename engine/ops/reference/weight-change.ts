import type { ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, operand, tensorOf } from './tensor.ts'

const EPSILON = 1e-7

function map(tensor: ReferenceTensor, value: (x: number, index: number) => number): ReferenceTensor {
  return tensorOf(tensor.shape, (index) => value(at(tensor, index), index))
}

function normOf(values: Iterable<number>): number {
  let sum = 0
  for (const value of values) sum += value * value
  return Math.sqrt(sum)
}

export const weightDecayUpdate: ReferenceImplementation = (inputs, attributes, _, { learningRate }) =>
  inputs.map((input) => map(operand(input), (w) => w - w * (attributes.decay as number) * learningRate))

export const weightConstraintUpdate: ReferenceImplementation = (inputs, { kind, limit }) =>
  inputs.map((input) => {
    const w = operand(input)
    if (kind === 'non_neg') return map(w, (value) => Math.max(value, 0))
    const columns = w.shape.length < 2 ? 1 : (w.shape.at(-1) as number)
    const norms = Array.from({ length: columns }, (_, column) =>
      normOf(w.data.filter((_value, index) => index % columns === column)),
    )
    return map(w, (value, index) => {
      const norm = norms[index % columns] as number
      return (value * (kind === 'unit_norm' ? 1 : Math.min(norm, limit as number))) / (EPSILON + norm)
    })
  })

export const clipGradients: ReferenceImplementation = (inputs, attributes) => {
  const limit = attributes.limit as number
  const gradients = inputs.map(operand)
  if (attributes.kind === 'value')
    return gradients.map((gradient) => map(gradient, (g) => Math.min(Math.max(g, -limit), limit)))
  const global = normOf(gradients.flatMap(({ data }) => [...data]))
  return gradients.map((gradient) => {
    const norm = attributes.kind === 'norm' ? normOf(gradient.data) : global
    return map(gradient, (g) => (g * limit) / Math.max(norm, limit))
  })
}

export const accumulateGradients: ReferenceImplementation = (inputs, attributes, _, { iteration }) => {
  const count = attributes.count as number
  const every = attributes.every as number
  const first = iteration % every === 0
  const last = (iteration + 1) % every === 0
  return Array.from({ length: count }, (_sum, index) => {
    const gradient = operand(inputs[count + index])
    return map(operand(inputs[index]), (sum, i) => ((first ? 0 : sum) + at(gradient, i)) / (last ? every : 1))
  })
}

export const weightAverageUpdate: ReferenceImplementation = (inputs, attributes, _, { iteration }) => {
  const count = attributes.count as number
  const updates = Math.floor(iteration / (attributes.every as number))
  const momentum = updates === 0 ? 0 : (attributes.momentum as number)
  const overwriteEvery = attributes.overwriteEvery as number
  const averages = Array.from({ length: count }, (_average, index) => {
    const weight = operand(inputs[index])
    return map(operand(inputs[count + index]), (average, i) => momentum * average + (1 - momentum) * at(weight, i))
  })
  const overwrites = overwriteEvery > 0 && (updates + 1) % overwriteEvery === 0
  const weights = inputs.slice(0, count).map((weight) => map(operand(weight), (w) => w))
  return [...(overwrites ? averages.map((average) => map(average, (a) => a)) : weights), ...averages]
}
