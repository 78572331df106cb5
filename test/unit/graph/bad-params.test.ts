import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../engine/graph/diagnostic.ts'
import type { DatasetSignature } from '../../../engine/graph/document.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { effectiveParams } from '../../../engine/layers/param-check.ts'
import { layers } from '../../../engine/layers/registry.ts'
import { documentOf, type Part } from '../../support/model.ts'

/** Whole numbers, so that they may be tokens. */
const data: DatasetSignature = {
  rowCount: 50,
  features: Array.from({ length: 120 }, (_, index) => ({ name: `x${index}`, width: 1, ids: 9 })),
  targets: [{ column: 'y', kind: 'numeric' }],
}

/** What is found while the layer `tested` stands behind an Input of the shape, with all that a network needs around it. */
function findingsOf(shape: number[], type: string, params: Part['params'], from = ['in']): Diagnostic[] {
  const document = documentOf({
    in: {
      type: 'input',
      params: {
        shape,
        columns: data.features
          .slice(
            0,
            shape.reduce((a, b) => a * b, 1),
          )
          .map(({ name }) => name),
      },
    },
    tested: { type, params, from },
    flat: { type: 'flatten' },
    last: { type: 'dense', params: { units: 1 } },
    out: { type: 'output' },
  })
  return validateDocument(document, { dataset: data })
}

const SEQUENCE = [6, 4]
const IMAGE = [5, 4, 2]
const VOLUME = [3, 4, 3, 2]

describe('a bad parameter is named while one draws, with the layer, the place and the remedy', () => {
  it.each<[what: string, shape: number[], type: string, params: Part['params'], found: Partial<Diagnostic>]>([
    [
      'a kernel longer than the sequence',
      SEQUENCE,
      'conv1d',
      { kernelSize: 7 },
      { code: 'layer.window', param: 'kernelSize', port: 'input', expected: 'a window of at most 6' },
    ],
    [
      'a kernel wider than the image',
      IMAGE,
      'conv2d',
      { kernelWidth: 5 },
      { code: 'layer.window', param: 'kernelWidth', received: '5' },
    ],
    [
      'a dilated kernel wider than the image',
      IMAGE,
      'conv2d',
      { dilationHeight: 3 },
      { code: 'layer.window', param: 'kernelHeight', received: '7 (3 dilated by 3)' },
    ],
    [
      'a kernel deeper than the volume',
      VOLUME,
      'conv3d',
      { kernelDepth: 4, kernelHeight: 1, kernelWidth: 1 },
      { code: 'layer.window', param: 'kernelDepth' },
    ],
    [
      'a depthwise kernel higher than the image',
      IMAGE,
      'depthwise_conv2d',
      { kernelHeight: 6 },
      { code: 'layer.window', param: 'kernelHeight' },
    ],
    [
      'a separable kernel wider than the image',
      IMAGE,
      'separable_conv2d',
      { kernelWidth: 5 },
      { code: 'layer.window', param: 'kernelWidth' },
    ],
    [
      'pooling over more than the sequence',
      SEQUENCE,
      'max_pooling1d',
      { poolSize: 8 },
      { code: 'layer.window', param: 'poolSize' },
    ],
    [
      'pooling over more than the image',
      IMAGE,
      'average_pooling2d',
      { poolHeight: 6 },
      { code: 'layer.window', param: 'poolHeight' },
    ],
    [
      'a kernel larger than a frame',
      VOLUME,
      'conv_lstm2d',
      { kernelHeight: 5, kernelWidth: 1 },
      { code: 'layer.window', param: 'kernelHeight' },
    ],
    [
      'dilation together with strides',
      IMAGE,
      'conv2d',
      { kernelHeight: 2, dilationHeight: 2, strideHeight: 2 },
      { code: 'layer.dilation', param: 'strideHeight', received: 'stride 2, dilation 2' },
    ],
    [
      'dilation together with strides of a sequence',
      SEQUENCE,
      'conv1d',
      { kernelSize: 2, dilationRate: 2, strides: 3 },
      { code: 'layer.dilation', param: 'strides' },
    ],
    [
      'groups that do not divide the channels',
      SEQUENCE,
      'conv1d',
      { groups: 3, filters: 6 },
      { code: 'layer.groups', param: 'groups' },
    ],
    [
      'groups that do not divide the channels to normalise',
      SEQUENCE,
      'group_normalization',
      { groups: 3 },
      { param: 'groups' },
    ],
    [
      'heads that do not divide the features',
      SEQUENCE,
      'transformer_encoder',
      { numHeads: 3 },
      { param: 'numHeads', received: '3' },
    ],
    ['a crop of more than there is', SEQUENCE, 'cropping1d', { before: 4, after: 2 }, { node: 'tested' }],
    ['a reshape to another number of elements', SEQUENCE, 'reshape', { targetShape: [5, 5] }, { param: 'targetShape' }],
    ['a permutation that names an axis twice', SEQUENCE, 'permute', { dims: [1, 1] }, { param: 'dims' }],
    ['a slice beyond the end', SEQUENCE, 'slice', { axis: 1, begin: 4, size: 3 }, { node: 'tested' }],
    ['images where a sequence is wanted', IMAGE, 'lstm', {}, { code: 'layer.rank', port: 'input' }],
    ['vectors where images are wanted', [8], 'conv2d', {}, { code: 'layer.rank', port: 'input' }],
    [
      'a negative rate',
      SEQUENCE,
      'dropout',
      { rate: -0.1 },
      { code: 'param.invalid', param: 'rate', received: '-0.1' },
    ],
    ['a rate of 1', SEQUENCE, 'spatial_dropout1d', { rate: 1 }, { code: 'param.invalid', param: 'rate' }],
    [
      'a negative recurrent dropout',
      SEQUENCE,
      'gru',
      { recurrentDropout: -1 },
      { code: 'param.invalid', param: 'recurrentDropout' },
    ],
    ['no units', SEQUENCE, 'dense', { units: 0 }, { code: 'param.invalid', param: 'units' }],
    ['half a unit', SEQUENCE, 'lstm', { units: 2.5 }, { code: 'param.invalid', param: 'units' }],
    [
      'a negative penalty',
      SEQUENCE,
      'dense',
      { units: 2, kernelL2: -0.1 },
      { code: 'param.invalid', param: 'kernelL2' },
    ],
    [
      'an activation that does not exist',
      SEQUENCE,
      'dense',
      { activation: 'rellu' },
      { code: 'param.invalid', param: 'activation' },
    ],
    [
      'a parameter that does not exist',
      SEQUENCE,
      'conv1d',
      { kernelHeight: 2 },
      { code: 'param.unknown', param: 'kernelHeight' },
    ],
  ])('%s', (_, shape, type, params, found) => {
    const [first] = findingsOf(shape, type, params)
    expect(first).toMatchObject({
      severity: 'error',
      node: 'tested',
      where: expect.stringMatching(/^tested\b/),
      ...found,
    })
    expect(first?.port ?? first?.param).toBeTruthy()
    expect(first?.expected).toBeTruthy()
    expect(first?.fix?.length).toBeGreaterThan(10)
  })

  it.each([
    ['multiply', ['in', 'other']],
    ['attention', ['in', 'other']],
    ['multi_head_attention', ['in', 'other']],
    ['dot', ['in', 'other']],
    ['concatenate', ['in', 'other']],
  ])('%s of shapes that do not fit each other', (type, from) => {
    const columns = (count: number) => data.features.slice(0, count).map(({ name }) => name)
    const document = documentOf({
      in: { type: 'input', params: { shape: [3, 4], columns: columns(12) } },
      other: { type: 'input', params: { shape: [7, 2, 5], columns: columns(70) } },
      tested: { type, from },
      flat: { type: 'flatten' },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output' },
    })
    const [first] = validateDocument(document, { dataset: data })
    expect(first).toMatchObject({ severity: 'error', node: 'tested', where: expect.stringMatching(/^tested\b/) })
    expect(first?.port ?? first?.param).toBeTruthy()
    expect(first?.fix).toBeTruthy()
  })

  // Of those that take sequences; the others name the rank that they want.
  const unmasked = layers.filter(
    ({ mask, inputs, lower, infer, params }) =>
      !mask &&
      inputs.length === 1 &&
      lower &&
      accepts(() => infer({ inputs: [[-1, 6, 4]], params: effectiveParams(params, {}) })),
  )
  it('finds layers without a use for masks', () => expect(unmasked.length).toBeGreaterThan(0))
  it.each(unmasked.map(({ type }) => type))('a mask on %s, which has no use for one', (type) => {
    const document = documentOf({
      in: { type: 'input', params: { columns: data.features.slice(0, 6).map(({ name }) => name) } },
      tokens: { type: 'embedding', params: { inputDim: 9, outputDim: 4, maskZero: true } },
      tested: { type },
      flat: { type: 'flatten' },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output' },
    })
    const found = validateDocument(document, { dataset: data }).find(({ code }) => code === 'graph.mask-lost')
    expect(found).toMatchObject({
      severity: 'warning',
      node: 'tested',
      port: 'input',
      where: 'tested.input',
      received: 'the mask of tokens',
      fix: expect.stringContaining('switch the mask off'),
    })
  })
})

function accepts(infer: () => unknown): boolean {
  try {
    infer()
    return true
  } catch {
    return false
  }
}
