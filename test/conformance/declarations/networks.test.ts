import { describe, expect, it } from 'vitest'
import { elementCount, type Shape } from '../../../engine/base/shape.ts'
import { initializeWeights } from '../../../engine/compile/compile.ts'
import type { CompiledModel } from '../../../engine/compile/types.ts'
import { compileOf, documentOf, type Part, signatureOf } from '../../support/model.ts'
import { sessionOf } from '../../support/run-model.ts'

/** A network over images of one sample's shape, as a user would draw it. */
function network(shape: Shape, parts: Record<string, Part>, classes: number): CompiledModel {
  const document = documentOf({
    in: { type: 'input', params: { shape: [...shape] } },
    ...parts,
    out: { type: 'output' },
  })
  const loss = classes > 0 ? 'sparse_categorical_crossentropy' : 'mean_squared_error'
  const dataset = {
    ...signatureOf(0, classes || undefined),
    features: [{ name: 'pixels', width: elementCount(shape) }],
  }
  return compileOf({ document, dataset, loss, batchSize: 1, evaluationBatchSize: 1 })
}

/** Parameters of each layer that has some, in order. */
function parameters({ weights }: Pick<CompiledModel, 'weights'>): number[] {
  const counts = new Map<string, number>()
  for (const { node, shape } of weights) counts.set(node, (counts.get(node) ?? 0) + elementCount(shape))
  return [...counts.values()]
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, count) => total + count, 0)

describe('networks by name', () => {
  it('LeNet-5 on 32 x 32 has 61,706 parameters', () => {
    const conv = (filters: number): Part => ({
      type: 'conv2d',
      params: { filters, kernelHeight: 5, kernelWidth: 5, activation: 'tanh' },
    })
    const dense = (units: number, activation = 'tanh'): Part => ({ type: 'dense', params: { units, activation } })
    const pool: Part = { type: 'average_pooling2d' }
    const parts = { c1: conv(6), s2: pool, c3: conv(16), s4: pool, flat: { type: 'flatten' } }
    const model = network([32, 32, 1], { ...parts, c5: dense(120), f6: dense(84), digits: dense(10, 'softmax') }, 10)
    expect(parameters(model)).toEqual([156, 2416, 48120, 10164, 850])
    expect(sum(parameters(model))).toBe(61706)
  })

  it('9: VGG16 without its top, frozen, then Flatten, Dense 512 and Dense 10, has the parameters of the course', () => {
    const parts: Record<string, Part> = {}
    for (const [block, [layers, filters]] of [
      [2, 64],
      [2, 128],
      [3, 256],
      [3, 512],
      [3, 512],
    ].entries() as ArrayIterator<[number, [number, number]]>) {
      const params = { filters, padding: 'same', activation: 'relu' }
      for (let layer = 1; layer <= layers; layer += 1)
        parts[`block${block + 1}_conv${layer}`] = { type: 'conv2d', params, frozen: true }
      parts[`block${block + 1}_pool`] = { type: 'max_pooling2d' }
    }
    const dense = (units: number, activation: string): Part => ({ type: 'dense', params: { units, activation } })
    const top = { flat: { type: 'flatten' }, hidden: dense(512, 'relu'), classes: dense(10, 'softmax') }
    const model = network([224, 224, 3], { ...parts, ...top }, 10)
    const counts = parameters(model)
    expect(counts).toEqual([
      1792, 36928, 73856, 147584, 295168, 590080, 590080, 1180160, 2359808, 2359808, 2359808, 2359808, 2359808,
      12845568, 5130,
    ])
    expect(sum(counts)).toBe(27565386)
    expect(sum(parameters({ weights: model.weights.filter((weight) => weight.node.startsWith('block')) }))).toBe(
      14714688,
    )
    expect(sum(counts.slice(-2))).toBe(12850698)
  })

  it('6: a convolution of the course, valid, without bias', async () => {
    const params = { filters: 1, kernelHeight: 2, kernelWidth: 2, useBias: false }
    const model = network([4, 4, 1], { edges: { type: 'conv2d', params }, flat: { type: 'flatten' }, sum: last }, 0)
    const image = [1, 2, 1, 0, 0, 1, 2, 1, 1, 2, 2, 2, 2, 2, 1, 0]
    const session = sessionOf(model, [Float32Array.from(image), new Float32Array(1)], 1)
    try {
      const weights = initializeWeights(model, 1)
      const at = (path: string) => model.weights.find((weight) => weight.path === path)!.offset
      weights.set([1, 0, 0, -1], at('edges/kernel'))
      const found: number[] = []
      for (let pixel = 0; pixel < 9; pixel += 1) {
        weights.set(
          Array.from({ length: 9 }, (_, index) => (index === pixel ? 1 : 0)),
          at('sum/kernel'),
        )
        session.writePersistent(0, weights)
        const outputs = [new Float32Array(1)]
        const learningRates = Float64Array.of(0)
        await session.run({
          program: 'predict',
          rows: Int32Array.of(0),
          batchSize: 1,
          learningRates,
          iteration: 0,
          outputs,
        })
        found.push(outputs[0]![0]!)
      }
      expect(found).toEqual([0, 0, 0, -2, -1, 0, -1, 1, 2])
    } finally {
      session.dispose()
    }
  })
})

const last: Part = { type: 'dense', params: { units: 1, useBias: false } }
