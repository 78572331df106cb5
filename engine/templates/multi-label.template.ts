import { parsePlan } from '../training/plan-parse.ts'
import { type ChainLayer, chain } from './chain.ts'
import { machineFaults } from './generators/machine.ts'
import type { Template } from './template.ts'

const faults = ['overheated', 'unbalanced', 'leaking']

/** One sigmoid and one binary cross-entropy a label; the losses add up. */
const heads: ChainLayer[] = faults.flatMap((fault, column): ChainLayer[] => [
  { type: 'dense', name: `${fault}_sigmoid`, params: { units: 1, activation: 'sigmoid' }, from: ['hidden'], column },
  { type: 'output', name: fault, params: { target: fault, loss: 'binary_crossentropy' }, column },
])

export const multiLabel: Template = {
  id: 'multi-label',
  modelName: 'multi-label',
  title: 'Several labels at once',
  summary: 'Which of three faults a machine has, from six readings: none, one or several.',
  lesson:
    'Labels that do not exclude each other get a sigmoid and a binary cross-entropy each, not one softmax. They share the hidden layer; each Output has its own report.',
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
    ...heads,
  ]),
  plan: parsePlan({ epochs: 30, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.005 } } }),
}
