import { describe, expect, it } from 'vitest'
import { rowNumbers, tinyTraining } from '../../support/native-program.ts'

const run = { program: 'train', batchSize: 8, learningRates: Float64Array.of(0.1), iteration: 0 }

describe('a native run that begins with accumulators', () => {
  it('goes on with the sums of an earlier one, to the last bit', async () => {
    const options = { rows: 64, features: 3, batchCapacity: 8 }
    const whole = tinyTraining(options)
    const { accumulators: expected } = await whole.session.run({ ...run, rows: rowNumbers(64) })
    const parts = tinyTraining(options)
    const first = await parts.session.run({ ...run, rows: rowNumbers(24) })
    const rest = { ...run, rows: rowNumbers(64).subarray(24), iteration: 3, accumulators: first.accumulators }
    expect((await parts.session.run(rest)).accumulators).toEqual(expected)
    expect(parts.weights()).toEqual(whole.weights())
    whole.session.dispose()
    parts.session.dispose()
  })

  it('is refused when their number does not fit', async () => {
    const { session } = tinyTraining({ rows: 8, features: 3, batchCapacity: 8 })
    const request = { ...run, rows: rowNumbers(8), accumulators: new Float64Array(2) }
    await expect(session.run(request)).rejects.toMatchObject({
      code: 'native.invalid-argument',
      details: { expected: '1 values', received: '2' },
    })
    session.dispose()
  })
})
