import { describe, expect, it } from 'vitest'
import { activationOptions } from '../../../engine/layers/activations.ts'
import { loadNative } from '../../../engine/native/index.ts'
import type { ChainLayer } from '../../../engine/templates/chain.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { exportedNumbers } from './exported-numbers.ts'
import { textProject } from './projects.ts'

const native = loadNative()
const SIZE = 48
const ROWS = 24

const header = [...Array.from({ length: SIZE }, (_, index) => `x${index}`), 'y'].join(',')
const lines = Array.from({ length: ROWS }, (_, row) => {
  const numbers = Array.from({ length: SIZE }, (_number, index) => (2 * Math.sin(row * 7.3 + index * 1.7)).toFixed(4))
  return [...numbers, Math.cos(row).toFixed(4)].join(',')
})

type Chain = readonly (readonly [type: string, params?: ChainLayer['params']])[]

/** Layers one behind the other, by the shape of the input. */
const chains: Record<string, { shape: number[]; layers: Chain }> = {
  'borders and repeats of sequences': {
    shape: [12, 4],
    layers: [
      ['zero_padding1d', { before: 2, after: 1 }],
      ['cropping1d', { before: 1, after: 3 }],
      ['up_sampling1d', { size: 3 }],
      ['max_pooling1d', { poolSize: 4 }],
    ],
  },
  'borders, repeats and pools of volumes': {
    shape: [3, 4, 2, 2],
    layers: [
      ['zero_padding3d', { front: 2, back: 0, left: 0 }],
      ['cropping3d', { front: 0, bottom: 0, left: 0, right: 0 }],
      ['up_sampling3d', { depth: 1, width: 3 }],
      ['max_pooling3d', { poolDepth: 3, strideDepth: 1, padding: 'same' }],
      ['average_pooling3d', { poolWidth: 3, strideWidth: 1, padding: 'same' }],
    ],
  },
  'global pools of volumes': { shape: [3, 4, 2, 2], layers: [['global_max_pooling3d', { keepDims: true }]] },
  'the mean of volumes': { shape: [3, 4, 2, 2], layers: [['global_average_pooling3d']] },
  'bilinear up-sampling': {
    shape: [4, 4, 3],
    layers: [['up_sampling2d', { height: 3, width: 2, interpolation: 'bilinear' }]],
  },
  'convolutions of volumes': {
    shape: [3, 4, 2, 2],
    layers: [
      ['conv3d', { filters: 4, kernelDepth: 2, kernelWidth: 1, activation: 'tanh' }],
      ['conv3d', { filters: 4, groups: 2, kernelHeight: 2, padding: 'same', dilationDepth: 2, useBias: false }],
      ['conv3d_transpose', { filters: 3, strideDepth: 2, strideHeight: 2, padding: 'same', activation: 'relu' }],
      ['conv3d', { filters: 2, strideDepth: 2, kernelWidth: 2, padding: 'same' }],
    ],
  },
  'transposed convolutions with dilation and output padding': {
    shape: [4, 4, 3],
    layers: [
      ['conv2d_transpose', { filters: 2, dilationHeight: 2, dilationWidth: 3, padding: 'same' }],
      ['conv2d_transpose', { filters: 2, strideHeight: 3, strideWidth: 2, outputPaddingHeight: 2 }],
      ['conv2d_transpose', { filters: 2, strideHeight: 2, strideWidth: 2, outputPaddingWidth: 0, padding: 'same' }],
    ],
  },
  'convolutions of sequences': {
    shape: [12, 4],
    layers: [
      ['conv1d', { filters: 4, groups: 2, padding: 'causal', activation: 'tanh' }],
      ['separable_conv1d', { filters: 3, kernelSize: 2, depthMultiplier: 2, padding: 'same', dilationRate: 2 }],
      ['depthwise_conv1d', { kernelSize: 4, strides: 2, padding: 'same', activation: 'silu' }],
      ['conv1d_transpose', { filters: 2, kernelSize: 2, strides: 3, outputPadding: 2 }],
    ],
  },
  'normalising layers': {
    shape: [4, 4, 3],
    layers: [
      ['normalization', { mean: '0.5, -1, 0.2', variance: '4, 0.25, 1' }],
      ['conv2d', { filters: 6, kernelHeight: 1, kernelWidth: 1 }],
      ['group_normalization', { groups: 3 }],
      ['rms_normalization'],
      ['group_normalization', { groups: -1, scale: false, epsilon: 0.1 }],
      ['unit_normalization'],
      ['normalization', { mean: '0.1', variance: '2', invert: true }],
    ],
  },
  'noise and dropout, which do nothing in prediction': {
    shape: [4, 4, 3],
    layers: [
      ['gaussian_noise'],
      ['spatial_dropout2d', { rate: 0.3 }],
      ['alpha_dropout', { rate: 0.1 }],
      ['gaussian_dropout', { rate: 0.1 }],
      ['activity_regularization', { activityL1: 0.001 }],
    ],
  },
  'rectifiers with ceiling, slope, threshold and shared slopes': {
    shape: [4, 4, 3],
    layers: [
      ['relu', { maxValue: 1.5, negativeSlope: 0.2, threshold: 0.1 }],
      ['prelu', { sharedAxes: [1, 2], alphaInitializer: 'constant', alphaValue: 0.3 }],
      ['leaky_relu'],
      ['elu', { alpha: 0.5 }],
      ['softmax'],
    ],
  },
  ...Object.fromEntries(
    activationOptions
      .filter(({ value }) => value !== 'step')
      .map(({ value }) => [
        `the activation ${value}`,
        { shape: [SIZE], layers: [['activation', { activation: value, alpha: 0.7 }]] as Chain },
      ]),
  ),
}

describe('an exported model', () => {
  it.each(Object.entries(chains))('with %s gives the numbers of the engine', async (_, { shape, layers }) => {
    const project = textProject(
      [header, ...lines].join('\n'),
      [
        { type: 'input', name: 'in', params: { shape } },
        ...layers.map(([type, params], index) => ({ type, name: `layer${index}`, params })),
        { type: 'flatten', name: 'flat' },
        { type: 'dense', name: 'last', params: { units: 1 } },
        { type: 'output', name: 'out' },
      ],
      { epochs: 2, batchSize: 4 },
    )
    const { model } = await createTrainer({ native }).train(project)
    const rows = Int32Array.from({ length: ROWS }, (_row, index) => index)
    const { found, expected } = await exportedNumbers(model, project, rows)
    expect(found.length).toBe(ROWS)
    const scale = Math.max(1, ...expected.map(Math.abs))
    expect(Math.max(...expected.map((value, row) => Math.abs(value - found[row]!))) / scale).toBeLessThan(1e-5)
    expect(new Set([...found].map((value) => value.toFixed(5))).size).toBeGreaterThan(ROWS / 2)
  })
})
