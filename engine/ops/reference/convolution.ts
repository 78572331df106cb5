import type { Attributes, ReferenceImplementation, ReferenceTensor } from '../op.ts'
import { activate, derivativeFromOutput } from './activation.ts'
import { at, operand, tensorOf, zeros } from './tensor.ts'

type Visit = (x: number, w: number, y: number) => void

/** Visits every product of a convolution: flat positions in x, w and y that belong together. */
function forProducts(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  attributes: Attributes,
  channels: { groups: number; inputs: number; outputs: number },
  visit: Visit,
): void {
  const [samples, height, width, inputs] = x as [number, number, number, number]
  const [kernelHeight, kernelWidth] = w as [number, number]
  const [, outHeight, outWidth, outputs] = y as [number, number, number, number]
  const value = (name: string): number => attributes[name] as number
  for (let n = 0; n < samples; n += 1)
    for (let row = 0; row < outHeight; row += 1)
      for (let column = 0; column < outWidth; column += 1)
        for (let i = 0; i < kernelHeight; i += 1)
          for (let j = 0; j < kernelWidth; j += 1) {
            const v = row * value('strideHeight') + i * value('dilationHeight') - value('padTop')
            const u = column * value('strideWidth') + j * value('dilationWidth') - value('padLeft')
            if (v < 0 || v >= height || u < 0 || u >= width) continue
            for (let group = 0; group < channels.groups; group += 1)
              for (let c = 0; c < channels.inputs; c += 1)
                for (let o = 0; o < channels.outputs; o += 1) {
                  const output = group * channels.outputs + o
                  visit(
                    ((n * height + v) * width + u) * inputs + group * channels.inputs + c,
                    ((i * kernelWidth + j) * channels.inputs + c) * outputs + output,
                    ((n * outHeight + row) * outWidth + column) * outputs + output,
                  )
                }
          }
}

function channelsOf(w: readonly number[], attributes: Attributes) {
  const groups = attributes.groups as number
  return { groups, inputs: w[2] as number, outputs: (w[3] as number) / groups }
}

/** Kernels [height, width, channels, multiplier] lie in memory as those of a convolution with as many groups as channels. */
function depthwiseChannels(w: readonly number[]) {
  return { groups: w[2] as number, inputs: 1, outputs: w[3] as number }
}

function addTo(tensor: ReferenceTensor, index: number, value: number): void {
  tensor.data[index] = at(tensor, index) + value
}

function finish(sum: ReferenceTensor, bias: ReferenceTensor | null | undefined, attributes: Attributes) {
  const outputs = sum.shape.at(-1) as number
  const { activation, alpha } = attributes
  return tensorOf(sum.shape, (i) => {
    const value = at(sum, i) + (bias ? at(bias, i % outputs) : 0)
    return activation === undefined ? value : activate(activation as string, value, alpha as number)
  })
}

function columnSums(dy: ReferenceTensor): ReferenceTensor {
  const columns = dy.shape.at(-1) as number
  const sums = zeros([columns])
  for (let i = 0; i < dy.data.length; i += 1) addTo(sums, i % columns, at(dy, i))
  return sums
}

export const conv2d: ReferenceImplementation = ([xInput, wInput, bias], attributes, [shape]) => {
  const x = operand(xInput)
  const w = operand(wInput)
  const y = zeros(shape as number[])
  forProducts(x.shape, w.shape, y.shape, attributes, channelsOf(w.shape, attributes), (a, b, c) =>
    addTo(y, c, at(x, a) * at(w, b)),
  )
  return [finish(y, bias, attributes)]
}

export const conv2dTranspose: ReferenceImplementation = ([xInput, wInput, bias], attributes, [shape]) => {
  const x = operand(xInput)
  const w = operand(wInput)
  const y = zeros(shape as number[])
  forProducts(y.shape, w.shape, x.shape, attributes, channelsOf(w.shape, attributes), (a, b, c) =>
    addTo(y, a, at(x, c) * at(w, b)),
  )
  return [finish(y, bias, attributes)]
}

export const conv2dInputGradient: ReferenceImplementation = ([dyInput, wInput, y], attributes, [shape]) => {
  const dy = operand(dyInput)
  const w = operand(wInput)
  const dx = zeros(shape as number[])
  forProducts(dx.shape, w.shape, dy.shape, attributes, channelsOf(w.shape, attributes), (a, b, c) =>
    addTo(dx, a, at(dy, c) * at(w, b)),
  )
  if (!y || attributes.activation === 'linear') return [dx]
  const slope = (i: number) =>
    derivativeFromOutput(attributes.activation as string, at(y, i), attributes.alpha as number)
  return [tensorOf(dx.shape, (i) => at(dx, i) * slope(i))]
}

export const conv2dParameterGradient: ReferenceImplementation = ([xInput, dyInput], attributes, [shape]) => {
  const x = operand(xInput)
  const dy = operand(dyInput)
  const dw = zeros(shape as number[])
  forProducts(x.shape, dw.shape, dy.shape, attributes, channelsOf(dw.shape, attributes), (a, b, c) =>
    addTo(dw, b, at(x, a) * at(dy, c)),
  )
  return [dw, columnSums(dy)]
}

export const depthwiseConv2d: ReferenceImplementation = ([xInput, wInput, bias], attributes, [shape]) => {
  const x = operand(xInput)
  const w = operand(wInput)
  const y = zeros(shape as number[])
  forProducts(x.shape, w.shape, y.shape, attributes, depthwiseChannels(w.shape), (a, b, c) =>
    addTo(y, c, at(x, a) * at(w, b)),
  )
  return [finish(y, bias, {})]
}

export const depthwiseConv2dInputGradient: ReferenceImplementation = ([dyInput, wInput], attributes, [shape]) => {
  const dy = operand(dyInput)
  const w = operand(wInput)
  const dx = zeros(shape as number[])
  forProducts(dx.shape, w.shape, dy.shape, attributes, depthwiseChannels(w.shape), (a, b, c) =>
    addTo(dx, a, at(dy, c) * at(w, b)),
  )
  return [dx]
}

export const depthwiseConv2dParameterGradient: ReferenceImplementation = ([xInput, dyInput], attributes, [shape]) => {
  const x = operand(xInput)
  const dy = operand(dyInput)
  const dw = zeros(shape as number[])
  forProducts(x.shape, dw.shape, dy.shape, attributes, depthwiseChannels(dw.shape), (a, b, c) =>
    addTo(dw, b, at(x, a) * at(dy, c)),
  )
  return [dw, columnSums(dy)]
}
