import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { machineFaults } from './generators/machine.ts'
import type { Template } from './template.ts'

const faults = ['overheated', 'unbalanced', 'leaking']

export const multiLabel: Template = {
  id: 'multi-label',
  modelName: 'multi-label',
  title: 'Several labels at once',
  summary: 'Which of three faults a machine has, from six readings: none, one or several.',
  lesson:
    'Labels that do not exclude each other get a sigmoid unit each under one binary cross-entropy, not one softmax. The report holds the scores of each label and their averages.',
  group: 'advanced',
  order: 20,
  task: 'classification',
  data: {
    generator: machineFaults,
    target: 'overheated',
    roles: { unbalanced: 'target', leaking: 'target' },
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: false, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'readings' },
    { type: 'dense', name: 'hidden', params: { units: 24, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'labels', params: { units: faults.length, activation: 'sigmoid' } },
    {
      type: 'output',
      name: 'faults',
      params: { targets: faults, loss: 'binary_crossentropy', metricList: ['macro_f1'] },
    },
  ]),
  plan: parsePlan({ epochs: 30, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.005 } } }),
}
