import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const diabetes: Template = {
  id: 'diabetes',
  modelName: 'diabetes-mlp',
  title: 'Diabetes progression',
  summary: 'Progression after one year, a number, from ten measurements.',
  lesson:
    'A linear last unit and mean squared error. Half of the variance is as good as it gets: 442 patients, much noise, so a small, regularised network wins.',
  group: 'tables',
  order: 40,
  task: 'regression',
  data: {
    file: 'diabetes',
    target: 'progression',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.2, stratify: false, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'features' },
    { type: 'dense', name: 'hidden_1', params: { units: 8, activation: 'tanh', kernelL2: 0.01 } },
    { type: 'dense', name: 'prediction', params: { units: 1, kernelL2: 0.01 } },
    { type: 'output', name: 'progression' },
  ]),
  plan: parsePlan({ epochs: 60, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.005 } } }),
}
