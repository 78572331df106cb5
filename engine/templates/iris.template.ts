import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const iris: Template = {
  id: 'iris',
  modelName: 'iris-mlp',
  title: 'Iris flowers',
  summary: 'Three species from four measurements: the first classifier.',
  lesson:
    'Softmax with one unit a class, cross-entropy, and why five folds say more than one split of 150 rows. L2 keeps the small network from learning rows by heart.',
  group: 'tables',
  order: 10,
  task: 'classification',
  data: {
    file: 'iris',
    target: 'species',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.2, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'features' },
    {
      type: 'dense',
      name: 'hidden_1',
      params: { units: 16, activation: 'relu', kernelInitializer: 'he_normal', kernelL2: 0.01 },
    },
    {
      type: 'dense',
      name: 'hidden_2',
      params: { units: 16, activation: 'relu', kernelInitializer: 'he_normal', kernelL2: 0.01 },
    },
    { type: 'dense', name: 'classes', params: { units: 3, activation: 'softmax' } },
    { type: 'output', name: 'species' },
  ]),
  plan: parsePlan({ epochs: 80, batchSize: 16, optimizer: { type: 'adam', params: { learningRate: 0.005 } } }),
}
