import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import { elementCount } from '../../../engine/base/shape.ts'
import { initializeWeights } from '../../../engine/compile/compile.ts'
import type { CompiledModel } from '../../../engine/compile/types.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { compileOf, documentOf, type Part, signatureOf } from '../../support/model.ts'

/** Predictions of a model with its initial weights for the given rows. */
async function predict(model: CompiledModel, inputs: readonly number[][], weights?: Record<string, number[]>) {
  const { programs, persistentFloats } = model
  const session = loadNative().createSession({ programs, persistentFloats, threads: 1, seed: 1 })
  try {
    const image = initializeWeights(model, 1)
    for (const entry of model.persistent) if (weights?.[entry.name]) image.set(weights[entry.name]!, entry.offset)
    session.writePersistent(0, image)
    const rowSize = elementCount(model.slots[0]!.rowShape)
    const empty = (size: number) => ({ data: new Float32Array(inputs.length * size), rowSize: size })
    session.bind(
      model.slots.map((slot, index) =>
        index === 0 ? { data: Float32Array.from(inputs.flat()), rowSize } : empty(elementCount(slot.rowShape)),
      ),
    )
    const rows = Int32Array.from(inputs, (_, index) => index)
    const output = new Float32Array(inputs.length * elementCount(model.outputs[0]!.rowShape))
    const learningRates = Float64Array.of(0)
    const request = { program: 'predict', rows, batchSize: rows.length, learningRates, iteration: 0, outputs: [output] }
    await session.run(request)
    return [...output]
  } finally {
    session.dispose()
  }
}

function network(parts: Record<string, Part>, features: number) {
  const document = documentOf({ in: { type: 'input' }, ...parts, out: { type: 'output' } })
  return compileOf({ document, dataset: signatureOf(features), loss: 'mean_squared_error', evaluationBatchSize: 8 })
}

const binary = Array.from({ length: 8 }, (_, bits) => [bits >> 2, (bits >> 1) & 1, bits & 1])

describe('course, worked examples', () => {
  const neuron = (threshold: number): JsonObject => ({
    units: 1,
    activation: 'step',
    kernelInitializer: 'ones',
    biasInitializer: 'constant',
    biasValue: -threshold,
  })

  it('13: a McCulloch-Pitts neuron with threshold 1 is OR, with threshold 3 AND of three inputs', async () => {
    const or = network({ neuron: { type: 'dense', params: neuron(1), frozen: true } }, 3)
    const and = network({ neuron: { type: 'dense', params: neuron(3), frozen: true } }, 3)
    expect(await predict(or, binary)).toEqual(binary.map((bits) => (bits.includes(1) ? 1 : 0)))
    expect(await predict(and, binary)).toEqual(binary.map((bits) => (bits.includes(0) ? 0 : 1)))
  })

  it('1: hidden pre-activations 0.8 and -0.1, output 0.56 before and 0.636 after the sigmoid', async () => {
    const hidden = { type: 'dense', params: { units: 2, useBias: false } }
    const last = { type: 'dense', params: { units: 1, useBias: false } }
    const weights = { 'hidden/kernel': [0.5, 0.4, -0.2, 0.1, 0.3, -0.5], 'last/kernel': [0.7, 0.2] }
    const row = [[1, 0, 1]]
    const relu = { type: 'activation', params: { activation: 'relu' } }
    const sigmoid = { type: 'activation', params: { activation: 'sigmoid' } }
    const alone = network({ last }, 3)
    expect((await predict(alone, row, { 'last/kernel': [0.5, -0.2, 0.3] }))[0]).toBeCloseTo(0.8, 6)
    expect((await predict(alone, row, { 'last/kernel': [0.4, 0.1, -0.5] }))[0]).toBeCloseTo(-0.1, 6)
    expect((await predict(network({ hidden, relu, last }, 3), row, weights))[0]).toBeCloseTo(0.56, 6)
    const output = await predict(network({ hidden, relu, last, sigmoid }, 3), row, weights)
    expect(output[0]).toBeCloseTo(0.636, 3)
  })

  it('12: the L1 and L2 penalties of a weight 10 are 10 and 100', async () => {
    for (const [regularizer, penalty] of [
      ['kernelL1', 10],
      ['kernelL2', 100],
    ] as const) {
      const params = { units: 1, useBias: false, kernelInitializer: 'constant', kernelValue: 10, [regularizer]: 1 }
      const model = network({ last: { type: 'dense', params } }, 1)
      const session = loadNative().createSession({ ...model, threads: 1, seed: 1 })
      session.writePersistent(0, initializeWeights(model, 1))
      // The row 0 predicts 0 and the target is 0, so that only the penalty is left.
      session.bind(model.slots.map(() => ({ data: new Float32Array(4), rowSize: 1 })))
      const rows = Int32Array.of(0, 1, 2, 3)
      const outputs = [new Float32Array(4)]
      const learningRates = Float64Array.of(0)
      const result = await session.run({
        program: 'evaluate',
        rows,
        batchSize: 4,
        learningRates,
        iteration: 0,
        outputs,
      })
      session.dispose()
      expect(result.accumulators[0]! / 4).toBeCloseTo(penalty, 5)
    }
  })
})
