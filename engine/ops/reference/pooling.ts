import type { Attributes, ReferenceImplementation } from '../op.ts'
import { derivativeFromOutput } from './activation.ts'
import { at, operand, tensorOf, zeros } from './tensor.ts'

/** Visits every window: the position of the output, and those of its pixels that lie in the image, row by row. */
function forWindows(
  x: readonly number[],
  y: readonly number[],
  attributes: Attributes,
  visit: (output: number, pixels: number[]) => void,
): void {
  const [samples, height, width, channels] = x as [number, number, number, number]
  const [, outHeight, outWidth] = y as [number, number, number]
  const value = (name: string): number => attributes[name] as number
  for (let n = 0; n < samples; n += 1)
    for (let row = 0; row < outHeight; row += 1)
      for (let column = 0; column < outWidth; column += 1)
        for (let c = 0; c < channels; c += 1) {
          const pixels: number[] = []
          for (let i = 0; i < value('poolHeight'); i += 1)
            for (let j = 0; j < value('poolWidth'); j += 1) {
              const v = row * value('strideHeight') + i - value('padTop')
              const u = column * value('strideWidth') + j - value('padLeft')
              if (v >= 0 && v < height && u >= 0 && u < width)
                pixels.push(((n * height + v) * width + u) * channels + c)
            }
          visit(((n * outHeight + row) * outWidth + column) * channels + c, pixels)
        }
}

export const maxPool2d: ReferenceImplementation = ([input], attributes, [shape]) => {
  const x = operand(input)
  const y = zeros(shape as number[])
  forWindows(x.shape, y.shape, attributes, (output, pixels) => {
    y.data[output] = Math.max(...pixels.map((pixel) => at(x, pixel)))
  })
  return [y]
}

export const maxPool2dGradient: ReferenceImplementation = ([gradient, input], attributes, [shape]) => {
  const dy = operand(gradient)
  const x = operand(input)
  const dx = zeros(shape as number[])
  forWindows(x.shape, dy.shape, attributes, (output, pixels) => {
    const values = pixels.map((pixel) => at(x, pixel))
    const first = pixels[values.indexOf(Math.max(...values))] as number
    dx.data[first] = at(dx, first) + at(dy, output)
  })
  if (attributes.activation === 'linear') return [dx]
  const slope = (i: number) =>
    derivativeFromOutput(attributes.activation as string, at(x, i), attributes.alpha as number)
  return [tensorOf(dx.shape, (i) => at(dx, i) * slope(i))]
}

export const averagePool2d: ReferenceImplementation = ([input], attributes, [shape]) => {
  const x = operand(input)
  const y = zeros(shape as number[])
  forWindows(x.shape, y.shape, attributes, (output, pixels) => {
    y.data[output] = pixels.reduce((sum, pixel) => sum + at(x, pixel), 0) / pixels.length
  })
  return [y]
}

export const averagePool2dGradient: ReferenceImplementation = ([gradient], attributes, [shape]) => {
  const dy = operand(gradient)
  const dx = zeros(shape as number[])
  forWindows(dx.shape, dy.shape, attributes, (output, pixels) => {
    for (const pixel of pixels) dx.data[pixel] = at(dx, pixel) + at(dy, output) / pixels.length
  })
  return [dx]
}

export const upsample2d: ReferenceImplementation = ([input], { height, width }, [shape]) => {
  const x = operand(input)
  const [, , columns, channels] = x.shape as [number, number, number, number]
  return [
    tensorOf(shape as number[], (i) => {
      const c = i % channels
      const pixel = Math.floor(i / channels)
      const wide = columns * (width as number)
      const u = Math.floor((pixel % wide) / (width as number))
      const v = Math.floor(Math.floor(pixel / wide) / (height as number))
      return at(x, (v * columns + u) * channels + c)
    }),
  ]
}
