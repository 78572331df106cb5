import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { wordOrder } from './generators/language.ts'
import type { Template } from './template.ts'

export const textLstm: Template = {
  id: 'text-lstm',
  modelName: 'text-lstm',
  title: 'Word order by LSTM',
  summary: 'Who acts on whom: a task that only the order of words decides.',
  lesson:
    'Every sentence occurs with its animals in either order, so both classes hold the same words and whatever counts words stays at one half. Replace the LSTM by GlobalAveragePooling1D to see it. The embedding masks padding, so the memory ends with the last word, however long the sentence.',
  group: 'text',
  order: 20,
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
    { type: 'embedding', name: 'words', params: { inputDim: 40, outputDim: 16, maskZero: true } },
    { type: 'lstm', name: 'memory', params: { units: 32 } },
    { type: 'dense', name: 'probability', params: { units: 1, activation: 'sigmoid' } },
    { type: 'output', name: 'order' },
  ]),
  plan: parsePlan({ epochs: 15, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.01 } } }),
}
