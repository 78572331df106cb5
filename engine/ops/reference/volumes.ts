import type { Attributes, ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { at, operand, tensorOf, zeros } from './tensor.ts'

/** Flat position in a row-major tensor. */
function positionOf(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((position, value, axis) => position * (shape[axis] as number) + value, 0)
}

/** Visits every product of a convolution of volumes: flat positions in x, w and y that belong together. */
function forProducts(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  attributes: Attributes,
  visit: (x: number, w: number, y: number) => void,
): void {
  const read = (name: string): number => attributes[name] as number
  const steps = [read('strideDepth'), read('strideHeight'), read('strideWidth')]
  const gaps = [read('dilationDepth'), read('dilationHeight'), read('dilationWidth')]
  const pads = [read('padFront'), read('padTop'), read('padLeft')]
  const [, , , inputs, outputs] = w as [number, number, number, number, number]
  const perGroup = outputs / read('groups')
  const [samples, ...spatial] = y.slice(0, 4) as [number, number, number, number]
  const kernel = w.slice(0, 3)
  const count = (sizes: readonly number[]) => sizes.reduce((product, size) => product * size, 1)
  const indexOf = (sizes: readonly number[], flat: number): number[] => {
    const index = sizes.map(() => 0)
    let rest = flat
    for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
      index[axis] = rest % (sizes[axis] as number)
      rest = Math.floor(rest / (sizes[axis] as number))
    }
    return index
  }
  for (let n = 0; n < samples; n += 1)
    for (let out = 0; out < count(spatial); out += 1)
      for (let tap = 0; tap < count(kernel); tap += 1) {
        const place = indexOf(spatial, out)
        const offset = indexOf(kernel, tap)
        const from = place.map((p, axis) => p * steps[axis]! + offset[axis]! * gaps[axis]! - pads[axis]!)
        if (from.some((p, axis) => p < 0 || p >= (x[axis + 1] as number))) continue
        for (let o = 0; o < outputs; o += 1)
          for (let c = 0; c < inputs; c += 1) {
            const channel = Math.floor(o / perGroup) * inputs + c
            visit(
              positionOf(x, [n, ...from, channel]),
              positionOf(w, [...offset, c, o]),
              positionOf(y, [n, ...place, o]),
            )
          }
      }
}

const addTo = (tensor: ReferenceTensor, index: number, value: number): void => {
  tensor.data[index] = at(tensor, index) + value
}

function withBias(sum: ReferenceTensor, bias: ReferenceTensor | null | undefined): ReferenceTensor {
  const channels = sum.shape.at(-1) as number
  return bias ? tensorOf(sum.shape, (i) => at(sum, i) + at(bias, i % channels)) : sum
}

export const conv3d: ReferenceImplementation = ([xInput, wInput, bias], attributes, [shape]) => {
  const x = operand(xInput)
  const w = operand(wInput)
  const y = zeros(shape as number[])
  forProducts(x.shape, w.shape, y.shape, attributes, (a, b, c) => addTo(y, c, at(x, a) * at(w, b)))
  return [withBias(y, bias)]
}

export const conv3dTranspose: ReferenceImplementation = ([xInput, wInput, bias], attributes, [shape]) => {
  const x = operand(xInput)
  const w = operand(wInput)
  const y = zeros(shape as number[])
  forProducts(y.shape, w.shape, x.shape, attributes, (a, b, c) => addTo(y, a, at(x, c) * at(w, b)))
  return [withBias(y, bias)]
}

export const conv3dInputGradient: ReferenceImplementation = ([dyInput, wInput], attributes, [shape]) => {
  const dy = operand(dyInput)
  const w = operand(wInput)
  const dx = zeros(shape as number[])
  forProducts(dx.shape, w.shape, dy.shape, attributes, (a, b, c) => addTo(dx, a, at(dy, c) * at(w, b)))
  return [dx]
}

export const conv3dParameterGradient: ReferenceImplementation = ([xInput, dyInput], attributes, [shape, vector]) => {
  const x = operand(xInput)
  const dy = operand(dyInput)
  const dw = zeros(shape as number[])
  forProducts(x.shape, dw.shape, dy.shape, attributes, (a, b, c) => addTo(dw, b, at(x, a) * at(dy, c)))
  const db = zeros(vector as number[])
  for (let i = 0; i < dy.data.length; i += 1) addTo(db, i % db.data.length, at(dy, i))
  return [dw, db]
}
