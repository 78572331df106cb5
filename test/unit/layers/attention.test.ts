import { describe, expect, it } from 'vitest'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { documentOf, signatureOf } from '../../support/model.ts'
import { refusal, shapesOf, weightsOf } from './support.ts'

describe('MultiHeadAttention', () => {
  it('counts the weights that Keras counts: 4 heads of 16 over 64 features have 16,640', () => {
    const weights = weightsOf('multi_head_attention', { numHeads: 4, keyDim: 16 }, [-1, 10, 64], [-1, 10, 64])
    const count = weights.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
    expect(count).toBe(4 * 64 * 64 + 4 * 64)
  })

  it('gives a step for each query and as many features as the query has', () => {
    expect(shapesOf('multi_head_attention', {}, [-1, 3, 5], [-1, 7, 2])).toEqual([[-1, 3, 5]])
    expect(shapesOf('multi_head_attention', { outputFeatures: 9 }, [-1, 3, 5], [-1, 7, 2])).toEqual([[-1, 3, 9]])
  })

  it('refuses keys and values of different lengths at the key', () => {
    const problem = refusal('multi_head_attention', {}, [-1, 3, 5], [-1, 7, 5], [-1, 6, 5])
    expect(problem).toMatchObject({
      code: 'graph.shape-mismatch',
      port: 'key',
      expected: '7 steps',
      received: '6 steps',
    })
    expect(problem.fix).toContain('leave the key open')
  })

  it('refuses what is no sequence, naming the port', () => {
    expect(refusal('multi_head_attention', {}, [-1, 5], [-1, 7, 5])).toMatchObject({
      code: 'layer.rank',
      port: 'query',
    })
    expect(refusal('multi_head_attention', {}, [-1, 3, 5], [-1, 7, 5, 2])).toMatchObject({ port: 'value' })
  })

  it('may have its key left open, but not its value', () => {
    const errorsOf = (from: string[]) => {
      const document = documentOf({
        in: { type: 'input', params: { shape: [3, 2] } },
        heads: { type: 'multi_head_attention', from },
        flat: { type: 'flatten' },
        last: { type: 'dense', params: { units: 1 } },
        out: { type: 'output' },
      })
      return validateDocument(document, { dataset: signatureOf(6) }).filter(({ severity }) => severity === 'error')
    }
    expect(errorsOf(['in', 'in'])).toEqual([])
    expect(errorsOf(['in'])).toMatchObject([{ code: 'graph.unconnected', port: 'value' }])
  })
})

describe('TransformerEncoder', () => {
  it('refuses heads that do not divide the features, and says which do', () => {
    const problem = refusal('transformer_encoder', { numHeads: 4 }, [-1, 5, 10])
    expect(problem).toMatchObject({ code: 'layer.heads', port: 'input', param: 'numHeads', received: '4' })
    expect(problem.fix).toBe('Use 1, 2, 5, 10 heads, or another number of features.')
  })
})

describe('Attention', () => {
  it('refuses queries and keys of different widths at the query', () => {
    const problem = refusal('attention', {}, [-1, 3, 5], [-1, 7, 4])
    expect(problem).toMatchObject({ code: 'graph.shape-mismatch', port: 'query', expected: '4 features' })
    expect(problem.fix).toContain('Dense with 4 units')
  })
})

describe('Dot, Permute and RepeatVector', () => {
  it('multiplies along the chosen axes', () => {
    expect(shapesOf('dot', { axis: 1, secondAxis: 2 }, [-1, 3, 5], [-1, 10, 3])).toEqual([[-1, 5, 10]])
    expect(shapesOf('dot', {}, [-1, 4], [-1, 4])).toEqual([[-1, 1]])
    expect(refusal('dot', {}, [-1, 4], [-1, 3])).toMatchObject({ port: 'inputs', expected: '4', received: '3' })
    expect(refusal('dot', { axis: 2 }, [-1, 4], [-1, 3])).toMatchObject({ code: 'layer.axis', param: 'axis' })
  })

  it('orders axes, each named once', () => {
    expect(shapesOf('permute', { dims: [3, 1, 2] }, [-1, 4, 5, 6])).toEqual([[-1, 6, 4, 5]])
    expect(refusal('permute', { dims: [1, 1] }, [-1, 4, 5])).toMatchObject({ param: 'dims', received: '1, 1' })
  })

  it('repeats vectors only', () => {
    expect(shapesOf('repeat_vector', { n: 6 }, [-1, 4])).toEqual([[-1, 6, 4]])
    expect(refusal('repeat_vector', {}, [-1, 4, 5])).toMatchObject({ code: 'layer.rank', port: 'input' })
  })
})
