import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { offers } from './generators/language.ts'
import type { Template } from './template.ts'

export const multiInput: Template = {
  id: 'multi-input',
  modelName: 'multi-input',
  title: 'Picture, numbers and text',
  summary: 'A price from a small picture, two numbers and a comment of four words, each by its own Input.',
  lesson:
    'Every kind of data gets the layers that suit it; Concatenate joins what they found. Take one Input away to see what it was worth.',
  group: 'advanced',
  order: 15,
  task: 'regression',
  data: {
    generator: offers,
    target: 'price',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: false, shuffle: true, seed: 1 },
    columns: {
      comment: {
        type: 'text',
        role: 'feature',
        transform: 'tokens',
        missing: 'constant',
        fillValue: '',
        tokens: { level: 'word', standardize: true, vocabulary: 20, length: 4 },
      },
    },
  },
  document: chain([
    { type: 'input', name: 'picture', params: { columns: ['picture'] } },
    { type: 'conv2d', name: 'strokes', params: { filters: 4, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'global_average_pooling2d', name: 'light' },
    { type: 'input', name: 'comment', column: 1, params: { columns: ['comment'] } },
    { type: 'embedding', name: 'words', column: 1, params: { inputDim: 20, outputDim: 4 } },
    { type: 'global_average_pooling1d', name: 'tone', column: 1 },
    { type: 'input', name: 'numbers', column: 2, params: { columns: ['area', 'age'] } },
    { type: 'concatenate', name: 'together', column: 1, from: ['light', 'tone', 'numbers'] },
    {
      type: 'dense',
      name: 'hidden',
      column: 1,
      params: { units: 32, activation: 'relu', kernelInitializer: 'he_normal' },
    },
    { type: 'dense', name: 'prediction', column: 1, params: { units: 1 } },
    { type: 'output', name: 'price', column: 1 },
  ]),
  plan: parsePlan({ epochs: 40, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.01 } } }),
}
