import { describe, expect, it } from 'vitest'
import { elementCount } from '../../../engine/base/shape.ts'
import { compileOf, documentOf, type Part, signatureOf } from '../../support/model.ts'
import { drawData, sessionOf } from '../../support/run-model.ts'

const ROWS = 9
const conv: Part = { type: 'conv2d', params: { filters: 5, padding: 'same', kernelInitializer: 'he_normal' } }
const pool: Part = { type: 'max_pooling2d' }

function modelOf(activation: string, parts: (act: Part) => Record<string, Part>) {
  const act: Part = { type: 'activation', params: { activation } }
  const document = documentOf({
    in: { type: 'input', params: { shape: [6, 6, 2] } },
    ...parts(act),
    flat: { type: 'flatten' },
    last: { type: 'dense', params: { units: 1 } },
    out: { type: 'output' },
  })
  return compileOf({ document, dataset: signatureOf(72), loss: 'mean_squared_error', batchSize: ROWS })
}

async function trained(model: ReturnType<typeof modelOf>, threads: number): Promise<Float32Array[]> {
  const session = sessionOf(model, drawData(model, ROWS, 3), 3, threads)
  try {
    const rows = Int32Array.from({ length: ROWS }, (_, index) => index)
    for (let iteration = 0; iteration < 5; iteration += 1) {
      const learningRates = Float64Array.of(0.05)
      await session.run({ program: 'train', rows, batchSize: ROWS, learningRates, iteration })
    }
    return model.weights.map(({ offset, shape }) => session.readPersistent(offset, elementCount(shape)))
  } finally {
    session.dispose()
  }
}

describe('activations around convolutions', () => {
  it('run inside the kernels beside them, forwards and backwards', () => {
    const model = modelOf('relu', (act) => ({ c1: conv, a1: act, c2: conv, a2: act, pool }))
    const ops = model.graphs.train.nodes.map((node) => node.op)
    expect(ops.filter((op) => op === 'conv2d')).toHaveLength(2)
    expect(ops.filter((op) => op.startsWith('activation'))).toEqual([])
    const fused = model.graphs.train.nodes
      .filter((node) => node.attributes.activation === 'relu')
      .map((node) => node.op)
    expect(fused.sort()).toEqual(['conv2d', 'conv2d', 'conv2d_input_gradient', 'max_pool2d_gradient'])
  })

  it('run inside the batch normalisation between', () => {
    const normal: Part = { type: 'batch_normalization' }
    const model = modelOf('relu', (act) => ({ c1: conv, n1: normal, a1: act, c2: conv, n2: normal, a2: act, pool }))
    const fused = model.graphs.train.nodes
      .filter((node) => node.attributes.activation === 'relu')
      .map((node) => node.op)
    const pooled = ['batch_normalization_max_pool', 'batch_normalization_max_pool_gradient']
    const around = ['batch_normalization', ...pooled, 'conv2d_input_gradient']
    expect(fused.sort()).toEqual(around)
    const silu = modelOf('silu', (act) => ({ c1: conv, n1: normal, a1: act, pool }))
    expect(silu.graphs.train.nodes.filter((node) => node.attributes.activation === 'silu')).toHaveLength(2)
  })

  it('leaves a normalisation alone whose images something else reads, or whose windows are others', () => {
    const normal: Part = { type: 'batch_normalization' }
    const opsOf = (parts: (act: Part) => Record<string, Part>): string[] =>
      modelOf('relu', parts).graphs.train.nodes.map((node) => node.op)
    const wide: Part = { type: 'max_pooling2d', params: { poolHeight: 3, poolWidth: 3 } }
    expect(opsOf((act) => ({ c1: conv, n1: normal, a1: act, pool: wide }))).toContain('max_pool2d_gradient')
    expect(
      opsOf((act) => ({
        c1: conv,
        n1: normal,
        a1: act,
        pool,
        twice: { ...conv, from: ['a1'] },
        half: pool,
        both: { type: 'add', from: ['pool', 'half'] },
      })),
    ).toContain('max_pool2d_gradient')
    expect(opsOf((act) => ({ c1: conv, n1: normal, a1: act, pool }))).not.toContain('max_pool2d_gradient')
  })

  it.each([3, 2])('normalisation pools what a kernel of %i makes as a pool behind it does', async (kernelSize) => {
    const normal: Part = { type: 'batch_normalization' }
    const params = {
      filters: 5,
      kernelHeight: kernelSize,
      kernelWidth: kernelSize,
      padding: kernelSize === 3 ? 'same' : 'valid',
      useBias: false,
    }
    const image: Part = { type: 'conv2d', params }
    const fused = await trained(
      modelOf('relu', (act) => ({ c1: image, n1: normal, a1: act, pool })),
      2,
    )
    const after = await trained(
      modelOf('relu', (act) => ({ c1: image, n1: normal, pool, a1: act })),
      1,
    )
    // The same function, but not one that the normalisation takes.
    const rectifier: Part = { type: 'leaky_relu', params: { negativeSlope: 0 } }
    const apart = modelOf('relu', () => ({ c1: image, n1: normal, a1: rectifier, pool }))
    expect(apart.graphs.train.nodes.map((node) => node.op)).toContain('max_pool2d_gradient')
    for (const other of [after, await trained(apart, 1)])
      for (const [index, weights] of fused.entries()) {
        const scale = Math.max(...other[index]!.map(Math.abs))
        expect(Math.max(...weights.map((value, at) => Math.abs(value - other[index]![at]!))) / scale).toBeLessThan(2e-6)
      }
  })

  // Rising functions commute with the maximum, and after the pool nothing can be fused into its gradient.
  it.each(['relu', 'sigmoid', 'tanh', 'elu'])('%s before a pool trains as after it', async (activation) => {
    const before = await trained(
      modelOf(activation, (act) => ({ c1: conv, a1: act, c2: conv, a2: act, pool })),
      2,
    )
    const after = await trained(
      modelOf(activation, (act) => ({ c1: conv, a1: act, c2: conv, pool, a2: act })),
      1,
    )
    for (const [index, weights] of before.entries()) {
      const other = after[index]!
      const scale = Math.max(...other.map(Math.abs))
      expect(Math.max(...weights.map((value, at) => Math.abs(value - other[at]!))) / scale).toBeLessThan(2e-6)
    }
  })
})
