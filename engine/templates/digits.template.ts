import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const digits: Template = {
  id: 'digits',
  modelName: 'digits-mlp',
  title: 'Handwritten digits',
  summary: 'Ten digits from images of eight by eight pixels.',
  lesson:
    'Pixels go in as an image and are flattened; dropout holds a network back that could learn 1,797 images by heart.',
  group: 'images',
  order: 10,
  task: 'classification',
  data: {
    file: 'digits',
    target: 'digit',
    scaling: 'min-max',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'image', params: { shape: [8, 8, 1] } },
    { type: 'flatten', name: 'pixels' },
    { type: 'dense', name: 'hidden_1', params: { units: 128, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dropout', name: 'dropout_1', params: { rate: 0.2 } },
    { type: 'dense', name: 'hidden_2', params: { units: 64, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dropout', name: 'dropout_2', params: { rate: 0.2 } },
    { type: 'dense', name: 'classes', params: { units: 10, activation: 'softmax' } },
    { type: 'output', name: 'digit' },
  ]),
  plan: parsePlan({ epochs: 60, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.002 } } }),
}
