import type { ReferenceImplementation } from '../op.ts'
import { activate, derivativeFromOutput } from './activation.ts'
import { at, featuresOf, operand, tensorOf, zeros } from './tensor.ts'

export const dense: ReferenceImplementation = ([xInput, wInput, b], attributes, [shape]) => {
  const x = operand(xInput)
  const w = operand(wInput)
  const depth = featuresOf(x)
  const units = featuresOf(w)
  return [
    tensorOf(shape as number[], (i) => {
      const row = Math.floor(i / units)
      let sum = b ? at(b, i % units) : 0
      for (let k = 0; k < depth; k += 1) sum += at(x, row * depth + k) * at(w, k * units + (i % units))
      return activate(attributes.activation as string, sum, attributes.alpha as number)
    }),
  ]
}

export const denseResidual: ReferenceImplementation = ([x, w, b, residualInput], attributes, shapes, context) => {
  const residual = operand(residualInput)
  const linear = { ...attributes, activation: 'linear' }
  const [sum] = dense([x ?? null, w ?? null, b ?? null], linear, shapes, context)
  return [
    tensorOf(shapes[0] as number[], (i) =>
      activate(attributes.activation as string, at(operand(sum), i) + at(residual, i), attributes.alpha as number),
    ),
  ]
}

export const denseInputGradient: ReferenceImplementation = ([dyInput, wInput, y], attributes, [shape]) => {
  const dy = operand(dyInput)
  const w = operand(wInput)
  const units = featuresOf(w)
  const depth = (shape as number[]).at(-1) as number
  return [
    tensorOf(shape as number[], (i) => {
      const row = Math.floor(i / depth)
      let sum = 0
      for (let u = 0; u < units; u += 1) sum += at(dy, row * units + u) * at(w, (i % depth) * units + u)
      if (!y || attributes.activation === 'linear') return sum
      return sum * derivativeFromOutput(attributes.activation as string, at(y, i), attributes.alpha as number)
    }),
  ]
}

export const denseInputGradients: ReferenceImplementation = ([y, residual, ...terms], attributes, shapes, context) => {
  const products = terms.flatMap((dy, index) =>
    index % 2 === 0 ? denseInputGradient([dy, terms[index + 1] ?? null, null], attributes, shapes, context) : [],
  )
  return [
    tensorOf(shapes[0] as number[], (i) => {
      const sum = products.reduce((total, product) => total + at(product, i), residual ? at(residual, i) : 0)
      if (!y || attributes.activation === 'linear') return sum
      return sum * derivativeFromOutput(attributes.activation as string, at(y, i), attributes.alpha as number)
    }),
  ]
}

export const denseParameterGradient: ReferenceImplementation = ([xInput, dyInput]) => {
  const x = operand(xInput)
  const dy = operand(dyInput)
  const depth = featuresOf(x)
  const units = featuresOf(dy)
  const dw = zeros([depth, units])
  const db = zeros([units])
  for (let row = 0; row < dy.data.length / units; row += 1)
    for (let u = 0; u < units; u += 1) {
      const g = at(dy, row * units + u)
      db.data[u] = at(db, u) + g
      for (let k = 0; k < depth; k += 1) dw.data[k * units + u] = at(dw, k * units + u) + at(x, row * depth + k) * g
    }
  return [dw, db]
}
