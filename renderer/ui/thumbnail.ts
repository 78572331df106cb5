import type { Thumbnail } from '../../engine/data/dataset.ts'

/** Opaque red, green, blue and alpha bytes of a picture. */
export function toRgba({ width, height, channels, bytes }: Thumbnail): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1)
      rgba[pixel * 4 + channel] = bytes[pixel * channels + (channels === 3 ? channel : 0)] ?? 0
    rgba[pixel * 4 + 3] = 255
  }
  return rgba
}
