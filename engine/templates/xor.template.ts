import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const xor: Template = {
  id: 'xor',
  modelName: 'xor-mlp',
  title: 'Exclusive or',
  summary: 'Four rows that no single layer can separate.',
  lesson:
    'Remove the hidden layer and the network fails, however long it trains: the two classes cannot be parted by one line.',
  group: 'tables',
  order: 50,
  task: 'classification',
  data: {
    file: 'xor',
    target: 'y',
    scaling: 'none',
    split: { test: 0, validation: 0, stratify: false, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'bits' },
    { type: 'dense', name: 'hidden_1', params: { units: 4, activation: 'tanh' } },
    { type: 'dense', name: 'probability', params: { units: 1, activation: 'sigmoid' } },
    { type: 'output', name: 'xor' },
  ]),
  plan: parsePlan({ epochs: 500, batchSize: 4, optimizer: { type: 'adam', params: { learningRate: 0.05 } } }),
}
