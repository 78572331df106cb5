import { describe, expect, it } from 'vitest'
import { compileOf, documentOf, signatureOf } from '../../support/model.ts'
import { sessionOf } from '../../support/run-model.ts'

describe('ActivityRegularization', () => {
  it('adds l1 |x| + l2 x², a mean over samples, to the loss of a network that is right otherwise', async () => {
    const document = documentOf({
      in: { type: 'input' },
      penalty: { type: 'activity_regularization', params: { activityL1: 0.5, activityL2: 0.25 } },
      last: { type: 'dense', params: { units: 1, useBias: false, kernelInitializer: 'zeros' } },
      out: { type: 'output' },
    })
    const model = compileOf({ document, dataset: signatureOf(2), loss: 'mean_squared_error', batchSize: 2 })
    const inputs = Float32Array.of(1, -2, 3, 0)
    const data = model.slots.map(({ kind }) => (kind === 'target' ? new Float32Array(2) : inputs))
    const session = sessionOf(model, data, 1)
    try {
      const run = { program: 'train', rows: Int32Array.of(0, 1), batchSize: 2, iteration: 0 } as const
      const { accumulators } = await session.run({ ...run, learningRates: Float64Array.of(0) })
      // Sums of |x|: 3 and 3; of x²: 5 and 9.
      expect((accumulators[0] as number) / 2).toBeCloseTo(0.5 * 3 + 0.25 * 7, 6)
    } finally {
      session.dispose()
    }
  })
})
