import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { sineForecast } from './generators/series.ts'
import type { Template } from './template.ts'

export const lstmForecast: Template = {
  id: 'lstm-forecast',
  modelName: 'lstm-forecast',
  title: 'Forecast by LSTM',
  summary: 'A sum of three sines with noise, three steps ahead of a window of forty.',
  lesson:
    'Rows stay in their order: the last windows test. Compare with the GRU, which has three quarters of its weights.',
  group: 'sequences',
  order: 20,
  task: 'regression',
  data: {
    generator: sineForecast,
    target: 'next',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: false, shuffle: false, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'window' },
    { type: 'lstm', name: 'memory', params: { units: 24 } },
    { type: 'dense', name: 'prediction', params: { units: 1, activation: 'linear' } },
    { type: 'output', name: 'next' },
  ]),
  plan: parsePlan({ epochs: 40, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.005 } } }),
}
