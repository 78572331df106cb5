import { describe, expect, it } from 'vitest'
import { refusal, shapesOf, weightsOf } from './support.ts'

const small: [string, Record<string, number>, number[], string][] = [
  ['conv1d', { kernelSize: 5 }, [-1, 4, 2], 'kernelSize'],
  ['conv2d', { kernelWidth: 5 }, [-1, 6, 4, 2], 'kernelWidth'],
  ['conv3d', { kernelDepth: 5 }, [-1, 4, 6, 6, 2], 'kernelDepth'],
  ['conv3d', { dilationWidth: 3 }, [-1, 4, 6, 6, 2], 'kernelWidth'],
  ['separable_conv1d', { kernelSize: 5 }, [-1, 4, 2], 'kernelSize'],
  ['depthwise_conv1d', { kernelSize: 2, dilationRate: 4 }, [-1, 4, 2], 'kernelSize'],
  ['max_pooling3d', { poolHeight: 3 }, [-1, 4, 2, 4, 1], 'poolHeight'],
  ['average_pooling1d', { poolSize: 7 }, [-1, 4, 1], 'poolSize'],
]

describe('layers with windows', () => {
  it.each(small)('%s %o names the window that is larger than the input', (type, params, input, param) => {
    const problem = refusal(type, params, input)
    expect(problem).toMatchObject({ code: 'layer.window', port: 'input', param })
    expect(problem.expected).toContain('at most')
    expect(problem.fix).toContain('same')
  })

  it.each([
    ['conv1d', { strides: 2, dilationRate: 2 }, [-1, 9, 2], 'strides'],
    ['conv2d', { strideWidth: 2, dilationWidth: 2 }, [-1, 9, 9, 2], 'strideWidth'],
    ['conv3d', { strideDepth: 2, dilationDepth: 3 }, [-1, 9, 9, 9, 2], 'strideDepth'],
    ['separable_conv1d', { strides: 2, dilationRate: 2 }, [-1, 9, 2], 'strides'],
    ['depthwise_conv1d', { strides: 2, dilationRate: 2 }, [-1, 9, 2], 'strides'],
    ['conv1d_transpose', { strides: 2, dilationRate: 2 }, [-1, 4, 2], 'strides'],
    ['conv2d_transpose', { strideHeight: 2, dilationHeight: 2 }, [-1, 4, 4, 2], 'strideHeight'],
    ['conv3d_transpose', { strideWidth: 2, dilationWidth: 2 }, [-1, 2, 2, 2, 2], 'strideWidth'],
  ])('%s %o names the stride that goes with a dilation', (type, params, input, param) => {
    expect(refusal(type, params, input)).toMatchObject({
      code: 'layer.dilation',
      param,
      fix: expect.stringContaining('1'),
    })
  })

  it.each([
    ['conv1d', [-1, 9, 3]],
    ['conv2d', [-1, 9, 9, 3]],
    ['conv3d', [-1, 4, 4, 4, 3]],
  ])('%s names groups that do not divide', (type, input) => {
    expect(refusal(type, { groups: 2, filters: 4 }, input)).toMatchObject({
      code: 'layer.groups',
      port: 'input',
      param: 'groups',
      expected: 'a number that divides 3 channels and 4 filters',
      received: '2',
    })
    expect(refusal(type, { groups: 3, filters: 4 }, input)).toMatchObject({ code: 'layer.groups' })
  })

  it('names an output padding that reaches the stride', () => {
    for (const [type, input, param] of [
      ['conv1d_transpose', [-1, 4, 2], 'outputPadding'],
      ['conv2d_transpose', [-1, 4, 4, 2], 'outputPaddingHeight'],
      ['conv3d_transpose', [-1, 2, 2, 2, 2], 'outputPaddingDepth'],
    ] as const)
      expect(refusal(type, { [param]: 1 }, [...input])).toMatchObject({ code: 'layer.output-padding', param })
  })

  it('names inputs of another rank', () => {
    for (const type of ['conv3d', 'conv3d_transpose', 'max_pooling3d', 'zero_padding3d', 'cropping3d', 'up_sampling3d'])
      expect(refusal(type, {}, [-1, 8, 8, 3])).toMatchObject({
        code: 'layer.rank',
        port: 'input',
        expected: 'N x depth x height x width x channels',
      })
    for (const type of ['conv1d_transpose', 'zero_padding1d', 'cropping1d', 'up_sampling1d', 'spatial_dropout1d'])
      expect(refusal(type, {}, [-1, 8])).toMatchObject({ code: 'layer.rank', port: 'input' })
  })

  it('names what is cropped to nothing', () => {
    expect(refusal('cropping3d', { front: 2, back: 2 }, [-1, 4, 4, 4, 1])).toMatchObject({
      code: 'layer.cropping',
      param: 'front',
      expected: 'front and back together below 4',
      received: '4',
    })
  })
})

describe('Conv3D', () => {
  it('has the shapes of Keras', () => {
    expect(shapesOf('conv3d', { filters: 4 }, [-1, 5, 6, 7, 2])).toEqual([[-1, 3, 4, 5, 4]])
    expect(shapesOf('conv3d', { filters: 4, padding: 'same', strideDepth: 2 }, [-1, 5, 6, 7, 2])).toEqual([
      [-1, 3, 6, 7, 4],
    ])
    expect(weightsOf('conv3d', { filters: 4, groups: 2 }, [-1, 5, 6, 7, 2]).map((weight) => weight.shape)).toEqual([
      [3, 3, 3, 1, 4],
      [4],
    ])
  })

  it('constrains units by their own weights only: kernels whose last axis is another offer no norms', () => {
    const constraint = { kernelConstraint: 'max_norm', kernelMaxNorm: 3 }
    expect(weightsOf('conv3d', constraint, [-1, 3, 3, 3, 1])[0]?.constraint).toEqual({ kind: 'max_norm', limit: 3 })
    expect(weightsOf('conv2d_transpose', { kernelConstraint: 'non_neg' }, [-1, 3, 3, 1])[0]?.constraint).toEqual({
      kind: 'non_neg',
      limit: 1,
    })
    expect(weightsOf('depthwise_conv2d', constraint, [-1, 3, 3, 1])[0]?.constraint).toBeUndefined()
  })
})
