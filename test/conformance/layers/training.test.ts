import { describe, expect, it } from 'vitest'
import type { Shape } from '../../../engine/base/shape.ts'
import { layers } from '../../../engine/layers/registry.ts'
import { compileOf, documentOf, type Part, signatureOf } from '../../support/model.ts'
import { drawData, sessionOf } from '../../support/run-model.ts'

const ROWS = 32

/** Parts that put the layer between two Dense layers, with inputs of its own shapes. */
function around(type: string, params: NonNullable<Part['params']>, shapes: readonly Shape[]): Record<string, Part> {
  const branches: Record<string, Part> = {}
  const from = shapes.map((shape, index) => {
    const size = shape.slice(1).reduce((product, dimension) => product * dimension, 1)
    branches[`wide_${index}`] = { type: 'dense', params: { units: size, activation: 'tanh' }, from: ['in'] }
    if (shape.length === 2) return `wide_${index}`
    branches[`shaped_${index}`] = { type: 'reshape', params: { targetShape: [...shape.slice(1)] } }
    return `shaped_${index}`
  })
  // An Embedding looks up ids: 0 and 1 here.
  if (type === 'embedding') branches.ids = { type: 'activation', params: { activation: 'step' } }
  const tested: Part = { type, params, from: type === 'embedding' ? ['ids'] : from }
  const last: Part = { type: 'dense', params: { units: 1 } }
  return { in: { type: 'input' }, ...branches, tested, flat: { type: 'flatten' }, last, out: { type: 'output' } }
}

const cases = layers
  // Noise reads nothing, and RealOrGenerated makes another kind of network of it (integration/training/gan).
  .filter(({ type }) => !['input', 'output', 'noise', 'real_or_generated'].includes(type))
  .flatMap((layer) =>
    layer.samples.map(({ params, inputs }) => {
      const name = `${layer.type} ${JSON.stringify(params)} on ${JSON.stringify(inputs)}`
      return [name, layer, params as NonNullable<Part['params']>, inputs] as const
    }),
  )

describe('every layer inside a network', () => {
  it.each(cases)('300 small steps on native threads lower the loss: %s', async (_, layer, params, shapes) => {
    const document = documentOf(around(layer.type, params, shapes))
    const model = compileOf({ document, dataset: signatureOf(4), loss: 'mean_squared_error', batchSize: ROWS })
    const session = sessionOf(model, drawData(model, ROWS, 3), 3)
    try {
      const rows = Int32Array.from({ length: ROWS }, (_row, index) => index)
      const run = async (program: 'train' | 'evaluate', iteration: number, rate: number) => {
        const learningRates = Float64Array.of(rate)
        const outputs = program === 'evaluate' ? [new Float32Array(ROWS)] : undefined
        const result = await session.run({ program, rows, batchSize: ROWS, learningRates, iteration, outputs })
        return (result.accumulators[0] as number) / ROWS
      }
      // Moving statistics of BatchNormalization differ from those of the batch, and dropout draws anew each step:
      // such layers are judged by the loss in training mode, averaged over steps.
      const before: number[] = []
      const after: number[] = []
      for (let step = 0; step < 300; step += 1) {
        const loss = await run('train', step, 0.01)
        if (step < 10) before.push(loss)
        if (step >= 290) after.push(loss)
      }
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
      expect(mean(after)).toBeLessThan(mean(before))
      expect(Number.isFinite(await run('evaluate', 0, 0))).toBe(true)
    } finally {
      session.dispose()
    }
  })
})
