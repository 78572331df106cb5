import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { wordOrder } from './generators/language.ts'
import type { Template } from './template.ts'

export const textTransformer: Template = {
  id: 'text-transformer',
  modelName: 'text-transformer',
  title: 'Word order by a transformer encoder',
  summary: 'The same task by attention with learned positions.',
  lesson:
    'Attention alone sees a set of words; the positions that are added make it a sequence. Remove PositionEmbedding and it falls back to one half.',
  group: 'text',
  order: 30,
  task: 'classification',
  data: {
    generator: wordOrder,
    target: 'order',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
    columns: {
      text: {
        type: 'text',
        role: 'feature',
        transform: 'tokens',
        missing: 'constant',
        fillValue: '',
        tokens: { level: 'word', standardize: true, vocabulary: 40, length: 11 },
      },
    },
  },
  document: chain([
    { type: 'input', name: 'text' },
    { type: 'embedding', name: 'words', params: { inputDim: 40, outputDim: 32, maskZero: true } },
    { type: 'position_embedding', name: 'positions' },
    { type: 'transformer_encoder', name: 'encoder', params: { numHeads: 4, intermediateDim: 64 } },
    { type: 'global_average_pooling1d', name: 'mean' },
    { type: 'dense', name: 'probability', params: { units: 1, activation: 'sigmoid' } },
    { type: 'output', name: 'order' },
  ]),
  plan: parsePlan({ epochs: 20, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.003 } } }),
}
