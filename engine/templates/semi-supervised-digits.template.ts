import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { PART, type Template } from './template.ts'

const kernels = { padding: 'same', activation: 'relu', kernelInitializer: 'he_normal' }

export const semiSupervisedDigits: Template = {
  id: 'semi-supervised-digits',
  modelName: 'few-labels',
  title: 'Learning from few labels',
  summary: 'Ten labelled digits of each kind, and more than a thousand that nobody has labelled.',
  lesson:
    'After 20 epochs on 100 labelled digits the network labels the others itself, where it is sure, and learns from those too (pseudo-labels). Switch pseudo-labels off, train again, and compare both runs on the test part, which has all its labels.',
  group: 'advanced',
  order: 30,
  task: 'classification',
  data: {
    file: 'digits',
    hideLabels: { perClass: 10, seed: 1 },
    target: 'digit',
    roles: { [PART]: 'ignore' },
    scaling: 'min-max',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'image', params: { shape: [8, 8, 1] } },
    { type: 'conv2d', name: 'strokes', params: { filters: 16, ...kernels } },
    { type: 'conv2d', name: 'shapes', params: { filters: 32, ...kernels } },
    { type: 'max_pooling2d', name: 'pool' },
    { type: 'dropout', name: 'dropout_1', params: { rate: 0.25 } },
    { type: 'flatten', name: 'pixels' },
    { type: 'dense', name: 'hidden', params: { units: 64, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dropout', name: 'dropout_2', params: { rate: 0.4 } },
    { type: 'dense', name: 'classes', params: { units: 10, activation: 'softmax' } },
    { type: 'output', name: 'digit' },
  ]),
  plan: parsePlan({
    epochs: 40,
    batchSize: 16,
    optimizer: { type: 'adam', params: { learningRate: 0.002 } },
    pseudoLabels: { enabled: true, threshold: 0.9, weight: 0.5, warmupEpochs: 20 },
  }),
}
