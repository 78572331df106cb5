import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { markOrder } from './generators/series.ts'
import type { Template } from './template.ts'

export const bidirectionalLstm: Template = {
  id: 'bidirectional-lstm',
  modelName: 'bidirectional-lstm',
  title: 'Bidirectional LSTM',
  summary: 'Which of two marks in a noisy series came first.',
  lesson:
    'Sums over time are the same for both classes; memory tells them apart. Read from both ends, each mark is near the end of one reading.',
  group: 'sequences',
  order: 40,
  task: 'classification',
  data: {
    generator: markOrder,
    target: 'first',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'series' },
    { type: 'lstm', name: 'memory', params: { units: 12, bidirectional: true } },
    { type: 'dense', name: 'probability', params: { units: 1, activation: 'sigmoid' } },
    { type: 'output', name: 'first' },
  ]),
  plan: parsePlan({ epochs: 15, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.01 } } }),
}
