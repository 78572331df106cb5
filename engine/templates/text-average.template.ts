import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { reviews } from './generators/language.ts'
import type { Template } from './template.ts'

export const textAverage: Template = {
  id: 'text-average',
  modelName: 'text-average',
  title: 'Reviews by averaged words',
  summary: 'Whether a short review is praise, from the mean of its word vectors.',
  lesson:
    'Order tells nothing here, so an average of embeddings is all it takes; the padding is masked and does not count.',
  group: 'text',
  order: 10,
  task: 'classification',
  data: {
    generator: reviews,
    target: 'verdict',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
    columns: {
      text: {
        type: 'text',
        role: 'feature',
        transform: 'tokens',
        missing: 'constant',
        fillValue: '',
        tokens: { level: 'word', standardize: true, vocabulary: 40, length: 20 },
      },
    },
  },
  document: chain([
    { type: 'input', name: 'text' },
    { type: 'embedding', name: 'words', params: { inputDim: 40, outputDim: 8, maskZero: true } },
    { type: 'global_average_pooling1d', name: 'mean' },
    { type: 'dense', name: 'probability', params: { units: 1, activation: 'sigmoid' } },
    { type: 'output', name: 'verdict' },
  ]),
  plan: parsePlan({ epochs: 20, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.02 } } }),
}
