import { expect, it } from 'vitest'
import { compileOf, documentOf, signatureOf } from '../../support/model.ts'
import { rowNumbers } from '../../support/native-program.ts'
import { drawData, sessionOf } from '../../support/run-model.ts'

const model = compileOf({
  document: documentOf({
    features: { type: 'input' },
    wide: { type: 'dense', params: { units: 300, activation: 'relu', kernelL2: 0.001 } },
    norm: { type: 'batch_normalization' },
    drop: { type: 'dropout', params: { rate: 0.2 } },
    slope: { type: 'prelu' },
    scores: { type: 'dense', params: { units: 10, activation: 'softmax' } },
    result: { type: 'output' },
  }),
  dataset: signatureOf(257, 10),
  loss: 'sparse_categorical_crossentropy',
  metrics: ['accuracy'],
  optimizer: 'adam',
  batchSize: 96,
})
const rows = 250

async function trained(threads: number) {
  const session = sessionOf(model, drawData(model, rows, 5, 10), 7, threads)
  const run = { program: 'train', rows: rowNumbers(rows), batchSize: 96, learningRates: Float64Array.of(0.01) }
  const losses: number[] = []
  for (let epoch = 0; epoch < 3; epoch += 1)
    losses.push(...(await session.run({ ...run, iteration: epoch * 3 })).accumulators)
  const memory = session.readPersistent(0, model.persistentFloats)
  session.dispose()
  return { losses, memory }
}

it.each([2, 4])('trains to the same bits on %i threads as on one', async (threads) => {
  const alone = await trained(1)
  const together = await trained(threads)
  expect(together.losses).toEqual(alone.losses)
  expect(Buffer.from(together.memory.buffer).equals(Buffer.from(alone.memory.buffer))).toBe(true)
  expect(alone.losses.every(Number.isFinite)).toBe(true)
})
