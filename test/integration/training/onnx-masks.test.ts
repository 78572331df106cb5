import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import type { ChainLayer } from '../../../engine/templates/chain.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { exportedNumbers } from './exported-numbers.ts'
import { textProject } from './projects.ts'

const native = loadNative()
const [STEPS, FEATURES, ROWS] = [6, 4, 24]
const SIZE = STEPS * FEATURES

/** Padding at the end, at the beginning, in between, everywhere, nowhere. */
const kept = (row: number, step: number): boolean =>
  [step < 1 + (row % STEPS), step >= 2, (row + step) % 3 !== 0, false, true, step % 2 === 1][row % 6] === true

const number = (row: number, index: number): string =>
  kept(row, Math.floor(index / FEATURES)) ? (2 * Math.sin(row * 7.3 + index * 1.7)).toFixed(4) : '0'

const header = [...Array.from({ length: SIZE }, (_, index) => `x${index}`), 'y'].join(',')
const lines = Array.from({ length: ROWS }, (_, row) =>
  [...Array.from({ length: SIZE }, (_cell, index) => number(row, index)), Math.cos(row).toFixed(4)].join(','),
)

type Chain = readonly (readonly [type: string, params?: ChainLayer['params']])[]

const masked = (...layers: Chain): { shape: number[]; layers: Chain } => ({
  shape: [STEPS, FEATURES],
  layers: [['masking'], ...layers],
})
const every = { returnSequences: true }

const chains: Record<string, { shape: number[]; layers: Chain }> = {
  'an LSTM, the last state': masked(['lstm', { units: 5 }]),
  'an LSTM, backwards': masked(['lstm', { units: 5, goBackwards: true, useBias: false }]),
  'an LSTM, every state': masked(['lstm', { units: 5, ...every }]),
  'an LSTM, every state backwards': masked(['lstm', { units: 3, ...every, goBackwards: true }]),
  'an LSTM, zeros at padding': masked(['lstm', { units: 3, ...every, zeroOutputForMask: true }]),
  'an LSTM in both directions': masked(['lstm', { units: 3, bidirectional: true }]),
  'LSTMs in both directions, one on the other': masked(
    ['lstm', { units: 3, bidirectional: true, ...every }],
    ['lstm', { units: 4, bidirectional: true, mergeMode: 'sum' }],
  ),
  'a GRU, the last state': masked(['gru', { units: 5 }]),
  'a GRU with reset before, every state': masked(['gru', { units: 4, ...every, resetAfter: false }]),
  'a GRU without bias, backwards': masked(['gru', { units: 4, useBias: false, goBackwards: true }]),
  'a SimpleRNN, every state, then their mean': masked(
    ['simple_rnn', { units: 4, ...every, goBackwards: false }],
    ['global_average_pooling1d'],
  ),
  'a ConvLSTM2D whose pixels are masked': {
    shape: [STEPS, 2, 2, 1],
    layers: [['masking'], ['conv_lstm2d', { filters: 3, padding: 'same', ...every }]],
  },
  'layers at each step': {
    shape: [3, 2, 4, 1],
    layers: [
      ['conv2d', { filters: 4, kernelHeight: 2, kernelWidth: 2, padding: 'same', timeDistributed: true }],
      ['average_pooling2d', { timeDistributed: true }],
      ['flatten', { timeDistributed: true }],
      ['lstm', { units: 3 }],
    ],
  },
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
      (description) => ({
        ...description,
        columns: description.columns.map((column) => ({ ...column, transform: 'none' })),
      }),
    )
    const { model } = await createTrainer({ native }).train(project)
    const ops = model.compiled.graphs.predict.nodes.map(({ op }) => op)
    expect(ops.includes('any_not_equal')).toBe(layers[0]?.[0] === 'masking')
    const rows = Int32Array.from({ length: ROWS }, (_row, index) => index)
    const { found, expected } = await exportedNumbers(model, project, rows)
    expect(found.length).toBe(ROWS)
    const scale = Math.max(1, ...expected.map(Math.abs))
    expect(Math.max(...expected.map((value, row) => Math.abs(value - found[row]!))) / scale).toBeLessThan(1e-5)
    expect(new Set([...found].map((value) => value.toFixed(5))).size).toBeGreaterThan(ROWS / 2)
  })
})
