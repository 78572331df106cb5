import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'
import { truthTable } from './truth-table.ts'

export const perceptronAnd: Template = {
  id: 'perceptron-and',
  modelName: 'perceptron-and',
  title: 'Perceptron: and',
  summary: "One neuron learns the logical AND by Rosenblatt's rule.",
  lesson:
    'Weights move only where the answer was wrong, one row at a time, by the learning rate times the input; after six epochs no answer is wrong any more and nothing moves. Try the same on the exclusive or: it never ends.',
  group: 'tables',
  order: 52,
  task: 'classification',
  data: {
    generator: truthTable('and', { y: (x1, x2) => x1 & x2 }),
    target: 'y',
    scaling: 'none',
    split: { test: 0, validation: 0, stratify: false, shuffle: false, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'bits' },
    { type: 'dense', name: 'neuron', params: { units: 1, activation: 'step', kernelInitializer: 'zeros' } },
    { type: 'output', name: 'answer', params: { loss: 'perceptron' } },
  ]),
  plan: parsePlan({
    epochs: 10,
    batchSize: 1,
    shuffle: false,
    optimizer: { type: 'sgd', params: { learningRate: 1 } },
  }),
}
