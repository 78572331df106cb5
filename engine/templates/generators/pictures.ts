import type { Random } from '../../base/rng.ts'
import type { DataGenerator } from '../template.ts'

/** Strokes of the ten digits on a grid of 5 x 7, a row a string. */
const glyphs = [
  ['01110', '10001', '10011', '10101', '11001', '10001', '01110'],
  ['00100', '01100', '00100', '00100', '00100', '00100', '01110'],
  ['01110', '10001', '00001', '00110', '01000', '10000', '11111'],
  ['11111', '00010', '00100', '00010', '00001', '10001', '01110'],
  ['00010', '00110', '01010', '10010', '11111', '00010', '00010'],
  ['11111', '10000', '11110', '00001', '00001', '10001', '01110'],
  ['00110', '01000', '10000', '11110', '10001', '10001', '01110'],
  ['11111', '00001', '00010', '00100', '01000', '01000', '01000'],
  ['01110', '10001', '10001', '01110', '10001', '10001', '01110'],
  ['01110', '10001', '10001', '01111', '00001', '00010', '01100'],
]

/** Grey images of 28 x 28 with a digit each: shifted, stretched, slanted, of varying thickness, on noise. */
export const drawnDigits: DataGenerator = {
  name: 'drawn-digits',
  rows: 2000,
  columns: 2,
  make(random) {
    const size = 28
    const pixels = new Uint8Array(this.rows * size * size)
    const labels: string[] = []
    for (let row = 0; row < this.rows; row += 1) {
      const digit = random.integer(10)
      labels.push(String(digit))
      const [width, height] = [12 + 6 * random.uniform(), 17 + 6 * random.uniform()]
      const [left, top] = [(size - width) * random.uniform(), (size - height) * random.uniform()]
      const slant = 0.4 * (random.uniform() - 0.5)
      const ink = 150 + 105 * random.uniform()
      for (let y = 0; y < size; y += 1)
        for (let x = 0; x < size; x += 1) {
          const down = (y - top) / height
          const across = (x - left) / width + slant * (down - 0.5)
          const isInk = glyphs[digit]![Math.floor(down * 7)]?.[Math.floor(across * 5)] === '1'
          pixels[(row * size + y) * size + x] = Math.min(255, (isInk ? ink : 0) + 50 * random.uniform())
        }
    }
    return [
      { name: 'image', values: pixels, shape: [size, size, 1] },
      { name: 'label', values: labels },
    ]
  },
}

type Inside = (x: number, y: number) => boolean

/** Figures within a square from -1 to 1. */
const figures: Readonly<Record<string, Inside>> = {
  circle: (x, y) => x * x + y * y < 1,
  square: (x, y) => Math.abs(x) < 0.9 && Math.abs(y) < 0.9,
  triangle: (x, y) => y > -0.9 && y < 0.9 && Math.abs(x) < (y + 0.9) / 2,
  ring: (x, y) => x * x + y * y < 1 && x * x + y * y > 0.35,
  cross: (x, y) => (Math.abs(x) < 0.33 && Math.abs(y) < 1) || (Math.abs(y) < 0.33 && Math.abs(x) < 1),
  diamond: (x, y) => Math.abs(x) + Math.abs(y) < 1,
  bar: (x, y) => Math.abs(x) < 1 && Math.abs(y) < 0.35,
  pillar: (x, y) => Math.abs(y) < 1 && Math.abs(x) < 0.35,
  slash: (x, y) => Math.abs(x - y) < 0.45 && Math.abs(x) < 1,
  corner: (x, y) => (Math.abs(x + 0.7) < 0.3 && Math.abs(y) < 1) || (Math.abs(y - 0.7) < 0.3 && Math.abs(x) < 1),
}

/** Colour images of `size` x `size` with one figure each, of any colour, size and place. */
export function figureImages(name: string, rows: number, size: number, kinds: number): DataGenerator {
  const names = Object.keys(figures).slice(0, kinds)
  return {
    name,
    rows,
    columns: 2,
    make(random) {
      const pixels = new Uint8Array(rows * size * size * 3)
      const labels = Array.from({ length: rows }, (_, row) => names[row % kinds]!)
      for (const [row, label] of labels.entries())
        drawFigure(pixels.subarray(row * size * size * 3, (row + 1) * size * size * 3), size, figures[label]!, random)
      return [
        { name: 'image', values: pixels, shape: [size, size, 3] },
        { name: 'figure', values: labels },
      ]
    },
  }
}

function drawFigure(image: Uint8Array, size: number, inside: Inside, random: Random): void {
  const radius = size * (0.22 + 0.14 * random.uniform())
  const place = () => radius + (size - 2 * radius) * random.uniform()
  const [centreX, centreY] = [place(), place()]
  const colour = [0, 1, 2].map(() => 100 + random.integer(156))
  const ground = [0, 1, 2].map(() => random.integer(90))
  for (let y = 0; y < size; y += 1)
    for (let x = 0; x < size; x += 1) {
      const hit = inside((x - centreX) / radius, (y - centreY) / radius)
      for (let channel = 0; channel < 3; channel += 1)
        image[(y * size + x) * 3 + channel] = (hit ? colour : ground)[channel]! + random.integer(30) - (hit ? 30 : 0)
    }
}
