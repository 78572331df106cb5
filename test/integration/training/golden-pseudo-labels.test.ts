import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import { defaultPlan, type TrainingPlan } from '../../../engine/training/plan.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { agree } from '../../support/parity.ts'
import { textProject } from './projects.ts'

interface GoldenCase {
  name: string
  units: number
  smoothing: number
  optimizer: string
  rate: number
  batch: number
  epochs: number
  balanced: boolean
  threshold: number
  weight: number
  warmup: number
  ramp: number
  every: number
  initial: Record<string, number[] | number[][]>
  epochsDone: { rows: number[]; labels: number[]; loss: number }[]
  trained: Record<string, number[] | number[][]>
}

interface Golden {
  x: [number, number][]
  classes: number[]
  binary: number[]
  labelled: boolean[]
  cases: GoldenCase[]
}

const file = join(import.meta.dirname, '../../golden/pseudo_labels.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden
const trainer = createTrainer({ native: loadNative() })

function projectOf(entry: GoldenCase) {
  const labels = entry.units === 1 ? golden.binary : golden.classes
  const rows = golden.x.map(([a, b], row) => `${a},${b},${golden.labelled[row] ? 'abc'[labels[row] as number] : ''}`)
  const layers = [
    { type: 'input', name: 'input' },
    { type: 'dense', name: 'hidden', params: { units: 5, activation: 'tanh' } },
    {
      type: 'dense',
      name: 'last',
      params: { units: entry.units, activation: entry.units === 1 ? 'sigmoid' : 'softmax' },
    },
    { type: 'output', name: 'answer', params: { labelSmoothing: entry.smoothing } },
  ]
  const plan: Partial<TrainingPlan> = {
    epochs: entry.epochs,
    batchSize: entry.batch,
    shuffle: false,
    initialWeights: { ...defaultPlan.initialWeights, run: 'given' },
    optimizer: { type: entry.optimizer, params: { learningRate: entry.rate } },
    classWeight: entry.balanced ? 'balanced' : 'none',
    pseudoLabels: {
      ...defaultPlan.pseudoLabels,
      enabled: true,
      threshold: entry.threshold,
      weight: entry.weight,
      warmupEpochs: entry.warmup,
      rampEpochs: entry.ramp,
      everyEpochs: entry.every,
    },
  }
  return textProject(`a,b,y\n${rows.join('\n')}\n`, layers, plan, (description) => ({
    ...description,
    columns: description.columns.map((column) => (column.name === 'y' ? column : { ...column, transform: 'none' })),
    split: { ...description.split, test: 0, validation: 0 },
  }))
}

describe('training with pseudo-labels, against a loop in PyTorch', () => {
  it.each(golden.cases.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    const project = projectOf(entry)
    const initialWeights = Object.entries(entry.initial).map(([name, value]) => ({
      name,
      shape: [value.length, ...(Array.isArray(value[0]) ? [value[0].length] : [])],
      data: Float32Array.from(value.flat()),
    }))
    const { history, last, model } = await trainer.train({ ...project, initialWeights })
    expect(history.map(({ metrics }) => metrics.pseudo_labels)).toEqual(entry.epochsDone.map(({ rows }) => rows.length))
    const end = entry.epochsDone.at(-1)!
    expect(last.state.pseudoLabels?.rows).toEqual(end.rows)
    expect(last.state.pseudoLabels?.classes).toEqual(end.labels)
    const same = { kind: 'training', item: 'pseudo-labels', library: 'PyTorch', quantity: 'steps' } as const
    agree({
      ...same,
      actual: history.map(({ metrics }) => metrics.loss as number),
      expected: entry.epochsDone.map(({ loss }) => loss),
      what: 'losses of labelled rows',
    })
    for (const [name, expected] of Object.entries(entry.trained)) {
      const weight = model.compiled.weights.find(({ path }) => path === name)!
      const size = expected.flat().length
      const actual = model.persistent.subarray(weight.offset, weight.offset + size)
      agree({ ...same, actual, expected: expected.flat(), what: name })
    }
  })

  it('has cases in which rows come and go', () => {
    const counts = golden.cases.map(({ epochsDone }) => epochsDone.map(({ rows }) => rows.length))
    expect(counts.every((each) => (each.at(-1) as number) > 5)).toBe(true)
    expect(counts.some((each) => new Set(each).size > 3)).toBe(true)
  })
})
