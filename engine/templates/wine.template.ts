import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const wine: Template = {
  id: 'wine',
  modelName: 'wine-mlp',
  title: 'Wine cultivars',
  summary: 'Three cultivars from thirteen chemical measurements of very different size.',
  lesson:
    'Set data.scaling to none and train again: proline counts in hundreds, hue around one, and gradient descent gets nowhere.',
  group: 'tables',
  order: 20,
  task: 'classification',
  data: {
    file: 'wine',
    target: 'cultivar',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.2, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'features' },
    { type: 'dense', name: 'hidden_1', params: { units: 16, activation: 'relu', kernelL2: 0.001 } },
    { type: 'dense', name: 'classes', params: { units: 3, activation: 'softmax' } },
    { type: 'output', name: 'cultivar' },
  ]),
  plan: parsePlan({
    epochs: 60,
    batchSize: 16,
    optimizer: { type: 'sgd', params: { learningRate: 0.05, momentum: 0.9 } },
  }),
}
