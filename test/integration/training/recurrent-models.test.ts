import { describe, expect, it } from 'vitest'
import { initializeWeights } from '../../../engine/compile/initialize.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { compileOf, documentOf, signatureOf } from '../../support/model.ts'
import { exportedNumbers } from './exported-numbers.ts'
import { textProject } from './projects.ts'

const native = loadNative()
const STEPS = 8

/** Rows of eight noisy numbers; the target is how often the sign changes from step to step: no sum of the numbers tells it. */
function signChanges(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const numbers = Array.from({ length: STEPS }, (_, step) =>
      Math.sin(row * 12.9898 + step * 78.233 + row * step * 3.7),
    )
    const changes = numbers.filter((value, step) => step > 0 && value * (numbers[step - 1] as number) < 0).length
    return [...numbers.map((value) => value.toFixed(4)), (changes / STEPS).toFixed(4)].join(',')
  })
  return [`${Array.from({ length: STEPS }, (_, step) => `t${step}`).join(',')},y`, ...lines].join('\n')
}

const rows = 300
const sequences = { type: 'input', name: 'sequence', params: { shape: [STEPS, 1] } }
const tail = [
  { type: 'dense', name: 'last', params: { units: 1 } },
  { type: 'output', name: 'answer' },
]
const adam = { type: 'adam', params: { learningRate: 0.01 } }

describe('a network with recurrent layers', () => {
  it.each(['simple_rnn', 'lstm', 'gru'])(
    'learns with %s what a linear model cannot, with the same bits on 1 and 2 threads',
    async (type) => {
      const lossOf = async (layer: { type: string; name: string; params?: object }, threads: number) => {
        const layers = [sequences, { ...layer, params: { units: 16 } }, ...tail]
        const plan = { epochs: 60, batchSize: 20, optimizer: adam, threads }
        const { history } = await createTrainer({ native }).train(textProject(signChanges(rows), layers as never, plan))
        return history.at(-1)?.metrics.loss as number
      }
      const loss = await lossOf({ type, name: 'cell' }, 1)
      expect(await lossOf({ type, name: 'cell' }, 2)).toBe(loss)
      const linear = [sequences, { type: 'flatten', name: 'flat' }, ...tail]
      const { history } = await createTrainer({ native }).train(
        textProject(signChanges(rows), linear, { epochs: 60, batchSize: 20, optimizer: adam }),
      )
      expect(loss).toBeLessThan(0.5 * (history.at(-1)?.metrics.loss as number))
    },
  )

  it('says in ONNX what the engine says, for every kind of cell, direction and activation', async () => {
    const layers = [
      sequences,
      { type: 'lstm', name: 'both', params: { units: 5, bidirectional: true, returnSequences: true } },
      { type: 'gru', name: 'turned', params: { units: 4, goBackwards: true, returnSequences: true } },
      { type: 'simple_rnn', name: 'plain', params: { units: 6, returnSequences: true, activation: 'linear' } },
      {
        type: 'gru',
        name: 'mean',
        params: { units: 4, bidirectional: true, mergeMode: 'ave', returnSequences: true, activation: 'relu' },
      },
      {
        type: 'lstm',
        name: 'hard',
        params: {
          units: 4,
          recurrentActivation: 'hard_sigmoid',
          activation: 'elu',
          returnSequences: true,
          dropout: 0.2,
        },
      },
      {
        type: 'gru',
        name: 'before',
        params: { units: 4, resetAfter: false, activation: 'softsign', returnSequences: true, recurrentDropout: 0.2 },
      },
      {
        type: 'dense',
        name: 'every_step',
        params: { units: 3, activation: 'tanh', timeDistributed: true },
      },
      { type: 'lstm', name: 'last', params: { units: 3, goBackwards: true, activation: 'sigmoid', useBias: false } },
      { type: 'dense', name: 'answer_unit', params: { units: 1 } },
      { type: 'output', name: 'answer' },
    ]
    const project = textProject(signChanges(rows), layers, { epochs: 3, batchSize: 20, optimizer: adam })
    const { model } = await createTrainer({ native }).train(project)
    const chosen = Int32Array.from({ length: 50 }, (_, row) => row * 3)
    const { found: values, expected: engine } = await exportedNumbers(model, project, chosen)
    expect(values.length).toBe(engine.length)
    expect(new Set(values).size).toBeGreaterThan(20)
    for (const [index, value] of values.entries())
      expect(Math.abs(value - (engine[index] as number))).toBeLessThan(1e-4)
  })

  it('starts the forget gate of an LSTM with bias 1 and all else with 0', () => {
    const document = documentOf({
      in: { type: 'input', params: { shape: [3, 2] } },
      cell: { type: 'lstm', params: { units: 2, bidirectional: true } },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output' },
    })
    const model = compileOf({ document, dataset: signatureOf(6), loss: 'mean_squared_error', batchSize: 4 })
    const image = initializeWeights(model, 1)
    for (const name of ['cell/bias', 'cell/backward_bias']) {
      const weight = model.weights.find(({ path }) => path === name)
      expect([...image.subarray(weight?.offset, (weight?.offset ?? 0) + 8)]).toEqual([0, 0, 1, 1, 0, 0, 0, 0])
    }
  })

  it('refuses an input that is no sequence, and says what to do', () => {
    const document = documentOf({
      in: { type: 'input' },
      cell: { type: 'gru' },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output' },
    })
    expect(() => compileOf({ document, dataset: signatureOf(6), loss: 'mean_squared_error', batchSize: 4 })).toThrow(
      /not a sequence/,
    )
  })

  /** Rows of six ids, of which the last ones are padding: the target is the first. */
  const padded = [
    't0,t1,t2,t3,t4,t5,y',
    ...Array.from({ length: 80 }, (_, row) => {
      const ids = Array.from({ length: 6 }, (_, step) => (step > row % 6 ? 0 : 1 + ((row * 7 + step * 3) % 5)))
      return [...ids, (ids[0] as number) / 5].join(',')
    }),
  ].join('\n')
  const textLayers = (type: string, params: object) => [
    { type: 'input', name: 'ids', params: { shape: [6] } },
    { type: 'embedding', name: 'words', params: { inputDim: 6, outputDim: 4, maskZero: true } },
    { type, name: 'cell', params },
    { type: 'dense', name: 'answer_unit', params: { units: 1 } },
    { type: 'output', name: 'answer' },
  ]
  const idsProject = (type: string, params: object, plan: object) =>
    textProject(padded, textLayers(type, params) as never, plan, (description) => ({
      ...description,
      columns: description.columns.map((column) => ({ ...column, type: 'numeric', transform: 'none' })),
    }))

  it.each(['simple_rnn', 'lstm', 'gru'])(
    'learns with %s from masked steps and dropout with the same bits on 1, 2 and 4 threads',
    async (type) => {
      const lossOf = async (threads: number) => {
        const params = { units: 20, dropout: 0.2, recurrentDropout: 0.2, bidirectional: true }
        const plan = { epochs: 20, batchSize: 37, optimizer: adam, threads }
        const { history } = await createTrainer({ native }).train(idsProject(type, params, plan))
        return history.map((epoch) => epoch.metrics.loss as number)
      }
      const losses = await lossOf(1)
      expect(await lossOf(2)).toEqual(losses)
      expect(await lossOf(4)).toEqual(losses)
      expect(losses.at(-1)).toBeLessThan(losses[0] as number)
    },
  )

  it('learns from sequences of images by ConvLSTM2D, and by Conv2D at every step, and says so in ONNX', async () => {
    const layers = [
      { type: 'input', name: 'frames', params: { shape: [2, 2, 2, 1] } },
      {
        type: 'conv2d',
        name: 'each',
        params: {
          filters: 2,
          kernelHeight: 2,
          kernelWidth: 2,
          padding: 'same',
          activation: 'tanh',
          timeDistributed: true,
        },
      },
      { type: 'conv_lstm2d', name: 'film', params: { filters: 3, kernelHeight: 2, kernelWidth: 2, padding: 'same' } },
      { type: 'flatten', name: 'flat' },
      { type: 'dense', name: 'answer_unit', params: { units: 1 } },
      { type: 'output', name: 'answer' },
    ]
    const plan = { epochs: 20, batchSize: 20, optimizer: adam, threads: 1 }
    const project = textProject(signChanges(rows), layers as never, plan)
    const { model, history } = await createTrainer({ native }).train(project)
    const again = await createTrainer({ native }).train(
      textProject(signChanges(rows), layers as never, { ...plan, threads: 2 }),
    )
    expect(again.history.at(-1)?.metrics.loss).toBe(history.at(-1)?.metrics.loss)
    expect(history.at(-1)?.metrics.loss).toBeLessThan(history[0]?.metrics.loss as number)
    const chosen = Int32Array.from({ length: 20 }, (_, row) => row * 3)
    const { found: values, expected: engine } = await exportedNumbers(model, project, chosen)
    for (const [index, value] of values.entries())
      expect(Math.abs(value - (engine[index] as number))).toBeLessThan(1e-4)
  })

  it('refuses TimeDistributed on an input without steps, and says what to do', () => {
    const document = documentOf({
      in: { type: 'input' },
      each: { type: 'dense', params: { units: 2, timeDistributed: true } },
      last: { type: 'dense', params: { units: 1 } },
      out: { type: 'output' },
    })
    expect(() => compileOf({ document, dataset: signatureOf(6), loss: 'mean_squared_error', batchSize: 4 })).toThrow(
      /TimeDistributed needs steps/,
    )
  })
})
