import type { DataGenerator } from '../template.ts'

const SIZE = 10
const STEPS = 6
const directions = [
  { label: 'left', x: -1, y: 0 },
  { label: 'right', x: 1, y: 0 },
  { label: 'up', x: 0, y: -1 },
  { label: 'down', x: 0, y: 1 },
]

/** Videos of six frames of 10 x 10 pixels: one soft blob that moves one way, on noise. No single frame tells the direction. */
export const movingBlobs: DataGenerator = {
  name: 'moving-blobs',
  rows: 800,
  columns: 2,
  make(random) {
    const frame = SIZE * SIZE
    const pixels = new Uint8Array(this.rows * STEPS * frame)
    const labels: string[] = []
    for (let row = 0; row < this.rows; row += 1) {
      const { label, x, y } = directions[random.integer(directions.length)]!
      labels.push(label)
      const speed = 0.5 + 0.5 * random.uniform()
      // The middle of the way lies anywhere, so that neither the first nor the last frame gives it away.
      const [left, top] = [2 + 5 * random.uniform(), 2 + 5 * random.uniform()]
      for (let step = 0; step < STEPS; step += 1) {
        const way = (step - (STEPS - 1) / 2) * speed
        for (let at = 0; at < frame; at += 1) {
          const [dx, dy] = [(at % SIZE) - left - x * way, Math.floor(at / SIZE) - top - y * way]
          pixels[(row * STEPS + step) * frame + at] = 190 * Math.exp(-(dx * dx + dy * dy) / 2) + 60 * random.uniform()
        }
      }
    }
    return [
      { name: 'video', values: pixels, shape: [STEPS, SIZE, SIZE, 1] },
      { name: 'direction', values: labels },
    ]
  },
}
