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
