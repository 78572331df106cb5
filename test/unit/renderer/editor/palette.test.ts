import { describe, expect, it } from 'vitest'
import { layers } from '../../../../engine/layers/registry.ts'
import { categories, categoryOf, searchLayers } from '../../../../renderer/features/editor/categories.ts'
import { hasIcon } from '../../../../renderer/features/editor/layer-icons.ts'

const found = (query: string) => searchLayers(query, layers).flatMap((group) => group.layers.map((layer) => layer.type))

describe('the palette', () => {
  it.each(layers.map((layer) => [layer.type, layer] as const))('has the icon and category of %s', (_type, layer) => {
    expect(hasIcon(layer.icon)).toBe(true)
    expect(categoryOf(layer).id).toBe(layer.category)
  })

  it('lists every layer once', () => {
    expect(found('').toSorted()).toEqual(layers.map((layer) => layer.type).toSorted())
  })

  it('finds layers by the wrappers of Keras that they offer as a parameter', () => {
    expect(found('bidirectional')).toEqual(expect.arrayContaining(['simple_rnn', 'lstm', 'gru']))
    expect(found('TimeDistributed')).toEqual(expect.arrayContaining(['dense', 'conv2d', 'max_pooling2d', 'flatten']))
  })

  it('finds layers by label, Keras name and what they do', () => {
    expect(found('DENSE')).toContain('dense')
    expect(found('batchnorm')).toEqual(['batch_normalization'])
    expect(found('element by element')).toContain('add')
    expect(found('no such layer')).toEqual([])
  })

  it.each([
    ['BN', 'batch_normalization'],
    ['max pool', 'max_pooling1d'],
    ['fully connected', 'dense'],
    ['TimeDistributed', 'dense'],
    ['skip connection', 'add'],
    ['deconvolution', 'conv1d_transpose'],
    ['self-attention', 'multi_head_attention'],
    ['positional encoding', 'position_embedding'],
    ['GAN', 'noise'],
    ['relu', 'relu'],
    ['dropout', 'dropout'],
    ['add', 'add'],
    ['sigmoid', 'activation'],
    ['Xavier', 'dense'],
  ])('puts first what people mean by %s', (query, type) => {
    expect(found(query)[0]).toBe(type)
  })

  it('looks at parameters only when nothing is called so', () => {
    expect(found('softmax')).toEqual(['softmax'])
    expect(found('Xavier').length).toBeGreaterThan(5)
  })

  it('gives each category a colour of its own', () => {
    expect(new Set(categories.map((category) => category.color)).size).toBe(categories.length)
  })

  it('orders the layers of a category by label', () => {
    const labels = searchLayers('conv', layers).flatMap((group) =>
      group.category.id === 'convolution' ? group.layers.map(({ label }) => label) : [],
    )
    expect(labels.indexOf('Conv1D')).toBe(0)
    expect(labels.indexOf('Conv2DTranspose')).toBe(labels.indexOf('Conv2D') + 1)
  })
})
