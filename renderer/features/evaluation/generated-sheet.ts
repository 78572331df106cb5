import type { GenerationReport } from '../../../engine/rpc/contract/evaluation.ts'

export interface ImageSize {
  height: number
  width: number
  channels: 1 | 3
}

/** How samples of a shape can be drawn: images of one or three channels, or square vectors; null for anything else. */
export function imageSizeOf(shape: readonly number[]): ImageSize | null {
  const [height, width, channels] = shape
  if (shape.length === 3 && (channels === 1 || channels === 3)) return { height: height!, width: width!, channels }
  if (shape.length === 2) return { height: height!, width: width!, channels: 1 }
  const side = Math.sqrt(height ?? 0)
  return shape.length === 1 && Number.isInteger(side) && side > 1 ? { height: side, width: side, channels: 1 } : null
}

/** Red, green, blue and alpha of each pixel of a sample, `range` stretched over black to white. */
export function pixelsOf(
  sample: readonly number[],
  { height, width, channels }: ImageSize,
  [low, high]: GenerationReport['range'],
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * height * width)
  const shade = (value: number) => (high > low ? (255 * (value - low)) / (high - low) : 0)
  for (let pixel = 0; pixel < height * width; pixel += 1) {
    for (let color = 0; color < 3; color += 1)
      pixels[4 * pixel + color] = shade(sample[pixel * channels + (channels === 3 ? color : 0)] ?? 0)
    pixels[4 * pixel + 3] = 255
  }
  return pixels
}
