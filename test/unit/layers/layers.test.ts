import { describe, expect, it } from 'vitest'
import { refusal, shapesOf, weightsOf } from './support.ts'

describe('Dense', () => {
  it('works on the last axis and keeps the others', () => {
    expect(shapesOf('dense', { units: 5 }, [-1, 4])).toEqual([[-1, 5]])
    expect(shapesOf('dense', { units: 5 }, [-1, 3, 4])).toEqual([[-1, 3, 5]])
    expect(weightsOf('dense', { units: 5 }, [-1, 3, 4]).map((weight) => weight.shape)).toEqual([[4, 5], [5]])
  })

  it('has Keras defaults: Glorot uniform over fan in and out, zeros in the bias', () => {
    expect(weightsOf('dense', { units: 5 }, [-1, 4])).toEqual([
      {
        name: 'kernel',
        shape: [4, 5],
        initializer: { name: 'glorot_uniform', fanIn: 4, fanOut: 5 },
        trainable: true,
        regularizer: undefined,
      },
      {
        name: 'bias',
        shape: [5],
        initializer: { name: 'zeros', fanIn: 5, fanOut: 5 },
        trainable: true,
        regularizer: undefined,
      },
    ])
  })

  it('leaves the bias out, takes a constant, regularises each weight by itself', () => {
    const params = { units: 2, useBias: false, kernelInitializer: 'constant', kernelValue: 0.5, kernelL1: 1, biasL2: 3 }
    expect(weightsOf('dense', params, [-1, 3])).toMatchObject([
      { initializer: { name: 'constant', value: 0.5 }, regularizer: { l1: 1, l2: 0 } },
    ])
    expect(weightsOf('dense', { ...params, useBias: true }, [-1, 3])[1]?.regularizer).toEqual({ l1: 0, l2: 3 })
  })

  it('refuses a batch of bare numbers', () => {
    expect(refusal('dense', {}, [-1])).toMatchObject({ code: 'layer.rank', port: 'input', received: 'N' })
  })
})

describe('Input', () => {
  it('needs data or a shape', () => {
    expect(shapesOf('input', { shape: [8, 8, 1] })).toEqual([[-1, 8, 8, 1]])
    expect(refusal('input', {})).toMatchObject({ code: 'input.no-data', param: 'shape' })
    expect(refusal('input', { shape: [-1, 2] })).toMatchObject({ code: 'input.shape', param: 'shape' })
  })
})

describe('Flatten and Reshape', () => {
  it('keeps the number of elements', () => {
    expect(shapesOf('flatten', {}, [-1, 8, 8, 1])).toEqual([[-1, 64]])
    expect(shapesOf('flatten', {}, [-1])).toEqual([[-1, 1]])
    expect(shapesOf('reshape', { targetShape: [4, -1] }, [-1, 2, 6])).toEqual([[-1, 4, 3]])
    expect(shapesOf('reshape', { targetShape: [2, 2, 3] }, [-1, 12])).toEqual([[-1, 2, 2, 3]])
  })

  it('refuses what does not divide, with both numbers', () => {
    expect(refusal('reshape', { targetShape: [5, -1] }, [-1, 12])).toMatchObject({
      code: 'layer.reshape',
      param: 'targetShape',
      expected: 'a multiple of 5 elements a sample',
      received: '12 elements a sample',
    })
    expect(refusal('reshape', { targetShape: [5] }, [-1, 12])).toMatchObject({ expected: '5 elements a sample' })
  })
})

describe('Add and Concatenate', () => {
  it('adds equal shapes and joins along an axis', () => {
    expect(shapesOf('add', {}, [-1, 4], [-1, 4], [-1, 4])).toEqual([[-1, 4]])
    expect(shapesOf('concatenate', {}, [-1, 3], [-1, 5])).toEqual([[-1, 8]])
    expect(shapesOf('concatenate', { axis: 1 }, [-1, 2, 3], [-1, 4, 3])).toEqual([[-1, 6, 3]])
    expect(shapesOf('concatenate', { axis: -2 }, [-1, 2, 3], [-1, 4, 3])).toEqual([[-1, 6, 3]])
  })

  it('names both shapes when they do not fit', () => {
    expect(refusal('add', {}, [-1, 4], [-1, 5])).toMatchObject({
      code: 'graph.shape-mismatch',
      port: 'inputs',
      expected: 'N x 4',
      received: 'N x 5',
    })
    expect(refusal('concatenate', {}, [-1, 2, 3], [-1, 3, 4])).toMatchObject({
      code: 'graph.shape-mismatch',
      expected: 'N x 2 x 3 but for axis 2',
      received: 'N x 3 x 4',
    })
    expect(refusal('concatenate', {}, [-1, 2, 3], [-1, 6])).toMatchObject({ code: 'graph.shape-mismatch' })
  })

  it.each([0, 2, -2])('refuses axis %i of a vector', (axis) => {
    expect(refusal('concatenate', { axis }, [-1, 3], [-1, 3])).toMatchObject({ code: 'layer.axis', param: 'axis' })
  })
})

describe('BatchNormalization', () => {
  it('has gamma, beta and two moving statistics for each feature, the latter not trained', () => {
    const weights = weightsOf('batch_normalization', {}, [-1, 3, 7])
    expect(weights.map((weight) => [weight.name, weight.shape, weight.initializer.name, weight.trainable])).toEqual([
      ['gamma', [7], 'ones', true],
      ['beta', [7], 'zeros', true],
      ['moving_mean', [7], 'zeros', false],
      ['moving_variance', [7], 'ones', false],
    ])
    const bare = weightsOf('batch_normalization', { center: false, scale: false }, [-1, 7])
    expect(bare.map((weight) => weight.name)).toEqual(['moving_mean', 'moving_variance'])
  })
})

describe('PReLU, Dropout and Activation', () => {
  it('learns one slope for each element of a sample', () => {
    expect(weightsOf('prelu', {}, [-1, 2, 3])).toMatchObject([
      { name: 'alpha', shape: [2, 3], initializer: { name: 'zeros' } },
    ])
  })

  it('learns one slope a channel where the other axes are shared, and refuses axes that are not there', () => {
    expect(weightsOf('prelu', { sharedAxes: [1, 2] }, [-1, 5, 4, 3]).map((weight) => weight.shape)).toEqual([[1, 1, 3]])
    expect(refusal('prelu', { sharedAxes: [2] }, [-1, 4])).toMatchObject({
      code: 'layer.axis',
      port: 'input',
      param: 'sharedAxes',
      received: '2',
    })
  })

  it('refuses a CELU without scale and a ReLU whose threshold lies above its ceiling', () => {
    expect(refusal('activation', { activation: 'celu', alpha: 0 }, [-1, 4])).toMatchObject({ param: 'alpha' })
    expect(refusal('relu', { maxValue: 1, threshold: 2 }, [-1, 4])).toMatchObject({
      code: 'layer.threshold',
      param: 'threshold',
    })
  })

  it('keeps shapes', () => {
    for (const type of ['prelu', 'dropout', 'activation']) expect(shapesOf(type, {}, [-1, 2, 3])).toEqual([[-1, 2, 3]])
  })

  it('refuses softmax without a feature axis', () => {
    expect(refusal('activation', { activation: 'softmax' }, [-1])).toMatchObject({ code: 'layer.rank' })
  })
})

describe('GroupNormalization and Normalization', () => {
  it('names groups that do not divide', () => {
    expect(refusal('group_normalization', { groups: 4 }, [-1, 2, 6])).toMatchObject({
      code: 'layer.groups',
      port: 'input',
      param: 'groups',
      expected: '-1, or a number that divides 6 channels',
    })
    expect(refusal('group_normalization', { groups: 0 }, [-1, 6])).toMatchObject({ code: 'layer.groups' })
  })

  it('names lists that do not fit, and numbers that are none', () => {
    expect(refusal('normalization', { mean: '1, 2' }, [-1, 3])).toMatchObject({
      code: 'layer.numbers',
      param: 'mean',
      expected: 'one or 3 numbers, separated by commas',
      received: '2 numbers',
    })
    expect(refusal('normalization', { variance: '1, -2, 3' }, [-1, 3])).toMatchObject({ param: 'variance' })
    expect(refusal('normalization', { mean: 'one' }, [-1, 3])).toMatchObject({ param: 'mean', received: 'one' })
    expect(refusal('normalization', { mean: '' }, [-1, 3])).toMatchObject({ param: 'mean' })
  })
})
