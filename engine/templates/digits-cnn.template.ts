import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const digitsCnn: Template = {
  id: 'digits-cnn',
  modelName: 'digits-cnn',
  title: 'Handwritten digits, convolutional',
  summary: 'The same ten digits, read by kernels that slide over the image.',
  lesson:
    'A stroke is the same stroke wherever it lies: shared kernels need fewer weights than the dense network and make fewer errors. Compare the two in the runs view.',
  group: 'images',
  order: 20,
  task: 'classification',
  data: {
    file: 'digits',
    target: 'digit',
    scaling: 'min-max',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'image', params: { shape: [8, 8, 1] } },
    {
      type: 'conv2d',
      name: 'strokes',
      params: { filters: 16, padding: 'same', activation: 'relu', kernelInitializer: 'he_normal' },
    },
    {
      type: 'conv2d',
      name: 'shapes',
      params: { filters: 32, padding: 'same', activation: 'relu', kernelInitializer: 'he_normal' },
    },
    { type: 'max_pooling2d', name: 'pool_1' },
    { type: 'dropout', name: 'dropout_1', params: { rate: 0.25 } },
    { type: 'flatten', name: 'pixels' },
    { type: 'dense', name: 'hidden', params: { units: 64, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dropout', name: 'dropout_2', params: { rate: 0.4 } },
    { type: 'dense', name: 'classes', params: { units: 10, activation: 'softmax' } },
    { type: 'output', name: 'digit' },
  ]),
  plan: parsePlan({ epochs: 30, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.002 } } }),
}
