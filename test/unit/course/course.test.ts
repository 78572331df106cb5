import { describe, expect, it } from 'vitest'
import { elementCount } from '../../../engine/base/shape.ts'
import { initializeWeights } from '../../../engine/compile/compile.ts'
import type { CompiledModel } from '../../../engine/compile/types.ts'
import { inferDataset } from '../../../engine/data/infer.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { findTemplate } from '../../../engine/templates/registry.ts'
import { applyTemplateData } from '../../../engine/templates/template.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { compileOf, documentOf, type Part, signatureOf } from '../../support/model.ts'

/**
 * Worked examples through drawn networks, compiled and run natively. Examples 2 (gradients of an expression) and 11 (scores from
 * counts) have no layers; they are in unit/compile and unit/evaluation. Examples 1, 12 and 13 are in conformance/declarations.
 */

interface Drawn {
  model: CompiledModel
  /** Predictions, row by row. */
  predict(rows: readonly (readonly number[])[]): Promise<number[][]>
  /** Mean loss of rows and their targets. */
  loss(rows: readonly (readonly number[])[], targets: readonly number[]): Promise<number>
}

/** A network between an Input and an Output, with weights by path. */
function drawn(
  features: number,
  parts: Readonly<Record<string, Part>>,
  options: { loss: string; classes?: number; weights?: Record<string, readonly number[]> },
): Drawn {
  const document = documentOf({ in: { type: 'input' }, ...parts, out: { type: 'output' } })
  const dataset = signatureOf(features, options.classes)
  const model = compileOf({ document, dataset, loss: options.loss, evaluationBatchSize: 8 })
  const image = initializeWeights(model, 1)
  for (const [path, values] of Object.entries(options.weights ?? {})) {
    const weight = model.persistent.find(({ name }) => name === path)
    if (!weight || elementCount(weight.shape) !== values.length) throw new Error(`no weight ${path} of that size`)
    image.set(values, weight.offset)
  }
  const run = async (
    program: 'predict' | 'evaluate',
    rows: readonly (readonly number[])[],
    targets?: readonly number[],
  ) => {
    const { programs, persistentFloats, slots, outputs } = model
    const session = loadNative().createSession({ programs, persistentFloats, threads: 1, seed: 1 })
    try {
      session.writePersistent(0, image)
      session.bind(
        slots.map((slot, index) => {
          const rowSize = elementCount(slot.rowShape)
          const given = index === 0 ? rows.flat() : targets
          return { data: Float32Array.from(given ?? new Float32Array(rows.length * rowSize)), rowSize }
        }),
      )
      const width = elementCount(outputs[0]!.rowShape)
      const output = new Float32Array(rows.length * width)
      const { accumulators } = await session.run({
        program,
        rows: Int32Array.from(rows.keys()),
        batchSize: rows.length,
        learningRates: Float64Array.of(0),
        iteration: 0,
        outputs: [output],
      })
      return { values: rows.map((_, row) => [...output.subarray(row * width, (row + 1) * width)]), accumulators }
    } finally {
      session.dispose()
    }
  }
  return {
    model,
    predict: async (rows) => (await run('predict', rows)).values,
    loss: async (rows, targets) => (await run('evaluate', rows, targets)).accumulators[0]! / rows.length,
  }
}

const rounded = (values: readonly number[], digits: number) => values.map((value) => Number(value.toFixed(digits)))

describe('worked examples of the course, drawn', () => {
  it('4: softmax of 2.1, 3.2, 1.5 is 0.22, 0.66, 0.12', async () => {
    const softmax = { type: 'activation', params: { activation: 'softmax' } }
    const network = drawn(3, { softmax }, { loss: 'categorical_crossentropy', classes: 3 })
    const [probabilities] = await network.predict([[2.1, 3.2, 1.5]])
    expect(rounded(probabilities!, 2)).toEqual([0.22, 0.66, 0.12])
  })

  it('5: the losses of the predictions 0.92, 0.09, 0.03 and 0.94 are 0.083, 2.41, 0.030 and 2.81', async () => {
    const linear = { type: 'activation', params: { activation: 'linear' } }
    const network = drawn(1, { linear }, { loss: 'binary_crossentropy', classes: 2 })
    expect(await network.loss([[0.92]], [1])).toBeCloseTo(0.083, 3)
    expect(await network.loss([[0.09]], [1])).toBeCloseTo(2.41, 2)
    expect(await network.loss([[0.03]], [0])).toBeCloseTo(0.03, 3)
    expect(await network.loss([[0.94]], [0])).toBeCloseTo(2.81, 2)
    const four = await network.loss([[0.92], [0.09], [0.03], [0.94]], [1, 1, 0, 0])
    expect(four).toBeCloseTo((0.083 + 2.41 + 0.03 + 2.81) / 4, 2)
  })

  it('6: a Dense whose units share one 2 x 2 kernel at shifted places is the convolution', async () => {
    const image = [
      [1, 2, 1, 0],
      [0, 1, 2, 1],
      [1, 2, 2, 2],
      [2, 2, 1, 0],
    ]
    const kernel = [
      [1, 0],
      [0, -1],
    ]
    const places = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => ({ row, column })))
    const weightAt = (pixel: { row: number; column: number }, place: { row: number; column: number }) =>
      kernel[pixel.row - place.row]?.[pixel.column - place.column] ?? 0
    const weights = image.flatMap((cells, row) => cells.flatMap((_, column) => places.map((place) => weightAt({ row, column }, place)))) // biome-ignore format: one matrix
    const parts = { flat: { type: 'flatten' }, shared: { type: 'dense', params: { units: 9, useBias: false } } }
    const square = { type: 'reshape', params: { targetShape: [4, 4, 1] } }
    const options = { loss: 'categorical_crossentropy', classes: 9, weights: { 'shared/kernel': weights } }
    const [map] = await drawn(16, { square, ...parts }, options).predict([image.flat()])
    expect(map).toEqual([0, 0, 0, -2, -1, 0, -1, 1, 2])
  })

  it('8: 4 inputs, 5 hidden and 1 output neurons have 25 weights without biases', () => {
    const hidden = { type: 'dense', params: { units: 5, useBias: false } }
    const last = { type: 'dense', params: { units: 1, useBias: false } }
    const { model } = drawn(4, { hidden, last }, { loss: 'mean_squared_error' })
    expect(model.report.parameters).toBe(25)
    expect(model.weights.map(({ path, shape }) => [path, shape])).toEqual([
      ['hidden/kernel', [4, 5]],
      ['last/kernel', [5, 1]],
    ])
  })
})

describe('worked example 10: the learning rate that training used', () => {
  const xor = findTemplate('xor')!
  const { description, table } = inferDataset(
    new TextEncoder().encode('x1,x2,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n'),
    'xor.csv',
  )
  const rates = async (type: string, params: Record<string, number>) => {
    const none = new Int32Array()
    const optimizer = { type: 'sgd', params: { learningRate: 0.1 } }
    const { history } = await createTrainer({ native: loadNative() }).train({
      document: xor.document,
      plan: { ...xor.plan, epochs: 101, optimizer, schedule: { type, params } },
      description: applyTemplateData(xor, description),
      table,
      split: { train: Int32Array.of(0, 1, 2, 3), validation: none, test: none },
    })
    return history.map(({ learningRate }) => learningRate)
  }

  it('falls from 0.1 to 0.05 after 100 epochs of time-based decay with k = 0.01', async () => {
    const used = await rates('time_based', { k: 0.01 })
    expect(used[0]).toBe(0.1)
    expect(used[100]).toBeCloseTo(0.05, 12)
  })

  it('is 0.025 in epoch 19 of step decay by 0.5 every 10 epochs', async () => {
    const used = await rates('step', { drop: 0.5, epochsDrop: 10 })
    expect(used[0]).toBe(0.1)
    expect(used[19]).toBeCloseTo(0.025, 12)
  })
})
