import { describe, expect, it } from 'vitest'
import { elementCount, type Shape } from '../../../engine/base/shape.ts'
import { compileOf, documentOf, type Part, signatureOf } from '../../support/model.ts'
import { runKernel } from '../../support/native-program.ts'
import { sessionOf } from '../../support/run-model.ts'

const COUNT = 200_000

async function normals(attributes: [mean: number, deviation: number, stream: number], iteration = 0) {
  const call = { kernel: 'random_normal', inputs: [], outputs: [[-1, COUNT] as Shape], attributes, iteration }
  const { outputs } = await runKernel({ ...call, samples: 1 })
  return outputs[0] as Float32Array
}

const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('random_normal', () => {
  it('has the moments and tails of the distribution', async () => {
    const z = await normals([0, 1, 1000])
    const moment = (power: number) => mean(z.map((value) => value ** power))
    // Standard errors of the first four moments of 200 000 numbers: 0.0022, 0.0032, 0.0087, 0.022.
    expect(Math.abs(moment(1))).toBeLessThan(0.01)
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.015)
    expect(Math.abs(moment(3))).toBeLessThan(0.04)
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1)
    const beyond = (limit: number) => z.filter((value) => Math.abs(value) > limit).length / COUNT
    expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(0.005)
    expect(Math.abs(beyond(3) - 0.0027)).toBeLessThan(0.0006)
  })

  it('takes mean and deviation, and draws anew for each step and stream', async () => {
    const [standard, moved] = [await normals([0, 1, 1000]), await normals([5, 0.5, 1000])]
    const largest = (most: number, value: number) => Math.max(most, Math.abs(value))
    expect(moved.map((value, index) => value - 5 - 0.5 * standard[index]!).reduce(largest, 0)).toBeLessThan(1e-5)
    for (const other of [await normals([0, 1, 1001]), await normals([0, 1, 1000], 1)]) {
      const product = mean(other.map((value, index) => value * standard[index]!))
      expect(Math.abs(product)).toBeLessThan(0.01)
    }
  })
})

/** What a layer makes of rows of ones while training, read as the prediction of the training program. */
async function trained(tested: Part, shape: readonly number[], rows: number): Promise<Float32Array[]> {
  const size = elementCount(shape)
  const document = documentOf({
    in: { type: 'input' },
    shaped: { type: 'reshape', params: { targetShape: [...shape] } },
    tested,
    flat: { type: 'flatten' },
    last: { type: 'dense', params: { units: 1, useBias: false, kernelInitializer: 'zeros' } },
    out: { type: 'output' },
  })
  const model = compileOf({ document, dataset: signatureOf(size), loss: 'mean_squared_error', batchSize: rows })
  const data = model.slots.map((slot) =>
    new Float32Array(rows * elementCount(slot.rowShape)).fill(slot.kind === 'target' ? 0.5 : 1),
  )
  const session = sessionOf(model, data, 3)
  try {
    // With a kernel of zeros and targets of 1/2 one row's gradient is minus the layer's output.
    const results: Float32Array[] = []
    for (let row = 0; row < rows; row += 1) {
      const kernel = model.persistent.find((entry) => entry.name.endsWith('last/kernel') && entry.role === 'parameter')!
      session.writePersistent(kernel.offset, new Float32Array(size))
      const learningRates = Float64Array.of(1)
      await session.run({ program: 'train', rows: Int32Array.of(row), batchSize: 1, learningRates, iteration: row })
      results.push(session.readPersistent(kernel.offset, size))
    }
    return results
  } finally {
    session.dispose()
  }
}

describe('what layers drop and add while training', () => {
  it('SpatialDropout drops whole channels, and as many as its rate says', async () => {
    const outputs = await trained({ type: 'spatial_dropout2d', params: { rate: 0.4 } }, [2, 3, 8], 100)
    let dropped = 0
    for (const output of outputs)
      for (let channel = 0; channel < 8; channel += 1) {
        const values = new Set(Array.from({ length: 6 }, (_, position) => output[position * 8 + channel]!.toFixed(5)))
        expect(values.size).toBe(1)
        const [value] = values
        expect(['0.00000', (1 / 0.6).toFixed(5)]).toContain(value)
        if (value === '0.00000') dropped += 1
      }
    expect(Math.abs(dropped / 800 - 0.4)).toBeLessThan(0.06)
  })

  it('AlphaDropout gives two numbers, those of Klambauer et al. for its rate', async () => {
    const rate = 0.3
    const saturated = -1.6732632423543772 * 1.0507009873554805
    const a = 1 / Math.sqrt((1 - rate) * (1 + rate * saturated ** 2))
    const kept = a - a * saturated * rate
    const replaced = a * saturated - a * saturated * rate
    const values = (await trained({ type: 'alpha_dropout', params: { rate } }, [64], 40)).flatMap((row) => [...row])
    const near = (target: number) => values.filter((value) => Math.abs(value - target) < 1e-5).length
    expect(near(kept) + near(replaced)).toBe(values.length)
    expect(Math.abs(near(replaced) / values.length - rate)).toBeLessThan(0.04)
  })

  it('GaussianNoise and GaussianDropout have the deviation asked for around 1', async () => {
    for (const [part, deviation] of [
      [{ type: 'gaussian_noise', params: { stddev: 0.25 } }, 0.25],
      [{ type: 'gaussian_dropout', params: { rate: 0.2 } }, 0.5],
    ] as const) {
      const values = Float32Array.from((await trained(part, [128], 40)).flatMap((row) => [...row]))
      expect(Math.abs(mean(values) - 1)).toBeLessThan(0.03)
      expect(Math.abs(Math.sqrt(mean(values.map((value) => (value - 1) ** 2))) - deviation)).toBeLessThan(0.02)
    }
  })
})
