import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'
import { truthTable } from './truth-table.ts'

export const perceptronOr: Template = {
  id: 'perceptron-or',
  modelName: 'perceptron-or',
  title: 'Perceptron: or',
  summary: "One neuron learns the logical OR by Rosenblatt's rule.",
  lesson:
    'The same neuron as for the and finds another line between the answers. Set the activation to sigmoid and the loss to auto to compare the rule with gradient descent.',
  group: 'tables',
  order: 54,
  task: 'classification',
  data: {
    generator: truthTable('or', { y: (x1, x2) => x1 | x2 }),
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
