import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { exportOnnx } from '../../../engine/export/onnx/export-onnx.ts'
import { loadNative } from '../../../engine/native/index.ts'
import type { ChainLayer } from '../../../engine/templates/chain.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { textProject } from './projects.ts'

const native = loadNative()
const SIZE = 6 * 5 * 2
const ROWS = 24

const header = [...Array.from({ length: SIZE }, (_, index) => `x${index}`), 'y'].join(',')
const lines = Array.from({ length: ROWS }, (_, row) => {
  const pixels = Array.from({ length: SIZE }, (_pixel, index) => Math.sin(row * 7.3 + index * 1.7).toFixed(4))
  return [...pixels, Math.cos(row).toFixed(4)].join(',')
})

const cases: Record<string, { shape: number[]; layers: ChainLayer[] }> = {
  'strided convolution of even size, average pooling': {
    shape: [6, 5, 2],
    layers: [
      {
        type: 'conv2d',
        name: 'a',
        params: { filters: 4, kernelHeight: 4, kernelWidth: 2, strideHeight: 2, padding: 'same', activation: 'relu' },
      },
      {
        type: 'average_pooling2d',
        name: 'b',
        params: { padding: 'same', poolHeight: 3, strideHeight: 2, strideWidth: 1 },
      },
    ],
  },
  'grouped and dilated convolutions, global maximum': {
    shape: [6, 5, 2],
    layers: [
      { type: 'conv2d', name: 'a', params: { filters: 4, groups: 2, activation: 'tanh', useBias: false } },
      { type: 'conv2d', name: 'b', params: { filters: 3, kernelHeight: 2, kernelWidth: 2, dilationHeight: 2 } },
      { type: 'global_max_pooling2d', name: 'c' },
    ],
  },
  'depthwise and separable convolutions, up-sampling': {
    shape: [6, 5, 2],
    layers: [
      { type: 'depthwise_conv2d', name: 'a', params: { depthMultiplier: 2, padding: 'same' } },
      { type: 'up_sampling2d', name: 'b', params: { height: 2, width: 3 } },
      {
        type: 'separable_conv2d',
        name: 'c',
        params: { filters: 3, strideHeight: 2, strideWidth: 2, activation: 'elu' },
      },
    ],
  },
  'transposed convolution, padding, cropping, maximum': {
    shape: [6, 5, 2],
    layers: [
      { type: 'zero_padding2d', name: 'a', params: { top: 2, bottom: 0, left: 1, right: 3 } },
      { type: 'cropping2d', name: 'b', params: { top: 0, bottom: 2, left: 2, right: 1 } },
      {
        type: 'conv2d_transpose',
        name: 'c',
        params: {
          filters: 3,
          kernelHeight: 2,
          strideHeight: 3,
          strideWidth: 2,
          padding: 'same',
          activation: 'sigmoid',
        },
      },
      { type: 'max_pooling2d', name: 'd' },
    ],
  },
  'layers of sequences': {
    shape: [12, 5],
    layers: [
      {
        type: 'conv1d',
        name: 'a',
        params: { filters: 6, kernelSize: 2, padding: 'causal', dilationRate: 3, activation: 'relu' },
      },
      { type: 'max_pooling1d', name: 'b' },
      { type: 'average_pooling1d', name: 'c', params: { poolSize: 3, strides: 1, padding: 'same' } },
      { type: 'global_max_pooling1d', name: 'd' },
    ],
  },
}

describe('an exported model over images', () => {
  it.each(Object.entries(cases))('%s: gives the numbers of the engine', async (_, { shape, layers }) => {
    const project = textProject(
      [header, ...lines].join('\n'),
      [
        { type: 'input', name: 'in', params: { shape } },
        ...layers,
        { type: 'flatten', name: 'flat' },
        { type: 'dense', name: 'last', params: { units: 1 } },
        { type: 'output', name: 'out' },
      ],
      { epochs: 2, batchSize: 4 },
    )
    const { model } = await createTrainer({ native }).train(project)
    const { compiled, persistent, fitted } = model
    const exported = exportOnnx({ compiled, persistent, fitted, name: 'test', version: '0.0.0' })
    const rows = Int32Array.from({ length: ROWS }, (_row, index) => index)
    const session = await InferenceSession.create(exported.bytes)
    const cells = Float32Array.from(lines.flatMap((line) => line.split(',').slice(0, SIZE).map(Number)))
    const [input] = exported.inputs
    expect(exported.inputs).toHaveLength(1)
    const results = await session.run({ [input!.name]: new Tensor('float32', cells, [ROWS, SIZE]) })
    const found = results[exported.outputs[0]!.name]?.data as Float32Array
    const { outputs } = await predictTable(native, model, project.description, project.table, { rows })
    const expected = (outputs[0] as { values: Float64Array }).values
    expect(found.length).toBe(ROWS)
    const worst = Math.max(...expected.map((value, row) => Math.abs(value - found[row]!)))
    expect(worst).toBeLessThan(1e-5)
    expect(new Set([...found].map((value) => value.toFixed(5))).size).toBeGreaterThan(ROWS / 2)
  })
})
