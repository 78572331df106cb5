import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { sineForecast } from './generators/series.ts'
import type { Template } from './template.ts'

export const gruForecast: Template = {
  id: 'gru-forecast',
  modelName: 'gru-forecast',
  title: 'Forecast by GRU',
  summary: 'The same forecast with two gates a unit instead of three.',
  lesson: 'Fewer weights and steps of the same quality: try both with the same seed and compare the runs.',
  group: 'sequences',
  order: 30,
  task: 'regression',
  data: {
    generator: sineForecast,
    target: 'next',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: false, shuffle: false, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'window' },
    { type: 'gru', name: 'memory', params: { units: 24 } },
    { type: 'dense', name: 'prediction', params: { units: 1, activation: 'linear' } },
    { type: 'output', name: 'next' },
  ]),
  plan: parsePlan({ epochs: 40, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.005 } } }),
}
