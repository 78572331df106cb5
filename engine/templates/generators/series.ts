import type { DataGenerator } from '../template.ts'

/**
 * Three channels of a vibration sensor over 64 steps. What is wrong shows in the shape of a short piece somewhere in the series: a tone, a
 * burst, a knock, or nothing; the drift and the noise tell nothing.
 */
export const sensorSeries: DataGenerator = {
  name: 'sensor-series',
  rows: 1200,
  columns: 2,
  make(random) {
    const [steps, channels] = [64, 3]
    const kinds = ['normal', 'tone', 'burst', 'knock']
    const values = new Float32Array(this.rows * steps * channels)
    const labels = Array.from({ length: this.rows }, (_, row) => kinds[row % kinds.length]!)
    for (const [row, kind] of labels.entries()) {
      const start = random.integer(steps - 20)
      for (let channel = 0; channel < channels; channel += 1) {
        const [phase, drift, gain] = [6.28 * random.uniform(), random.normal(), 0.6 + random.uniform()]
        for (let step = 0; step < steps; step += 1) {
          const inside = step - start
          const extra =
            inside < 0 || inside >= 20
              ? 0
              : kind === 'tone'
                ? Math.sin(inside * 1.1 + phase)
                : kind === 'burst'
                  ? random.normal() * 1.2
                  : kind === 'knock'
                    ? 3 * Math.exp(-inside / 3) * Math.cos(inside * 2.4)
                    : 0
          const base = Math.sin(step / 9 + phase) + drift * (step / steps)
          values[(row * steps + step) * channels + channel] = base + gain * extra + 0.25 * random.normal()
        }
      }
    }
    return [
      { name: 'series', values, shape: [steps, channels] },
      { name: 'state', values: labels },
    ]
  },
}

/** Windows of 40 steps of a sum of three sines with noise, and the value three steps after each window. */
export const sineForecast: DataGenerator = {
  name: 'multi-sine',
  rows: 1200,
  columns: 2,
  make(random) {
    const [steps, ahead] = [40, 3]
    const values = new Float32Array(this.rows * steps)
    const next = new Float64Array(this.rows)
    const phases = [0, 1, 2].map(() => 6.28 * random.uniform())
    const waves = [11, 17.3, 29.7]
    const total = this.rows + steps + ahead
    const signal = Float64Array.from({ length: total }, (_, step) =>
      waves.reduce(
        (sum, wave, k) => sum + Math.sin((6.28 * step) / wave + phases[k]!) / (1 + k / 2),
        0.1 * random.normal(),
      ),
    )
    for (let row = 0; row < this.rows; row += 1) {
      values.set(signal.subarray(row, row + steps), row * steps)
      next[row] = signal[row + steps + ahead - 1]!
    }
    return [
      { name: 'window', values, shape: [steps, 1] },
      { name: 'next', values: next },
    ]
  },
}

/** Twenty steps with two marks, one of each kind, in noise: the class says which came first. Sums over time tell nothing. */
export const markOrder: DataGenerator = {
  name: 'mark-order',
  rows: 1500,
  columns: 2,
  make(random) {
    const steps = 20
    const values = new Float32Array(this.rows * steps * 2)
    const labels: string[] = []
    for (let row = 0; row < this.rows; row += 1) {
      for (let k = 0; k < steps * 2; k += 1) values[row * steps * 2 + k] = 0.2 * random.normal()
      const first = random.integer(steps - 1)
      const second = first + 1 + random.integer(steps - 1 - first)
      const isA = random.integer(2) === 1
      values[(row * steps + first) * 2 + (isA ? 0 : 1)]! += 2
      values[(row * steps + second) * 2 + (isA ? 1 : 0)]! += 2
      labels.push(isA ? 'a' : 'b')
    }
    return [
      { name: 'series', values, shape: [steps, 2] },
      { name: 'first', values: labels },
    ]
  },
}
