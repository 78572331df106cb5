import { describe, expect, it } from 'vitest'
import { layers } from '../../../engine/layers/registry.ts'
import { compileOf, documentOf, type Part, signatureOf } from '../../support/model.ts'
import { drawData, sessionOf } from '../../support/run-model.ts'

const ROWS = 32

/** Parts that put the layer between two Dense layers, with inputs of its own shape; merging layers get two branches. */
function around(
  type: string,
  params: NonNullable<Part['params']>,
  merges: boolean,
  shape: readonly number[],
): Record<string, Part> {
  const first: Part = { type: 'dense', params: { units: 6, activation: 'tanh' } }
  const last: Part = { type: 'dense', params: { units: 1 } }
  // An Embedding looks up ids: 0 and 1 here.
  const ids: Record<string, Part> =
    type === 'embedding' ? { ids: { type: 'activation', params: { activation: 'step' } } } : {}
  const tail = { flat: { type: 'flatten' }, last, out: { type: 'output' } }
  if (!merges && shape.length > 2 && type !== 'reshape') {
    const wide: Part = {
      type: 'dense',
      params: { units: shape.slice(1).reduce((a, b) => a * b, 1), activation: 'tanh' },
    }
    const shaped: Part = { type: 'reshape', params: { targetShape: [...shape.slice(1)] } }
    return { in: { type: 'input' }, first: wide, shaped, ...ids, tested: { type, params }, ...tail }
  }
  if (!merges) return { in: { type: 'input' }, first, ...ids, tested: { type, params }, ...tail }
  const second: Part = { ...first, from: ['in'] }
  return { in: { type: 'input' }, first, second, tested: { type, params, from: ['first', 'second'] }, ...tail }
}

const cases = layers
  .filter((layer) => layer.type !== 'input' && layer.type !== 'output')
  .flatMap((layer) =>
    layer.samples.map(
      (sample) => [layer, sample.params as NonNullable<Part['params']>, sample.inputs[0] ?? []] as const,
    ),
  )
  .filter(([layer, params]) => layer.type !== 'reshape' || params.targetShape)
  .map(([layer, params, shape]) => {
    const fitting = layer.type === 'reshape' ? { targetShape: [3, -1] } : layer.type === 'concatenate' ? {} : params
    return [`${layer.type} ${JSON.stringify(fitting)} on ${JSON.stringify(shape)}`, layer, fitting, shape] as const
  })

describe('every layer inside a network', () => {
  it.each(cases)('300 small steps on native threads lower the loss: %s', async (_, layer, params, shape) => {
    const document = documentOf(around(layer.type, params, layer.inputs[0]?.variadic ?? false, shape))
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
