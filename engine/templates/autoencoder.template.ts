import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const autoencoder: Template = {
  id: 'autoencoder',
  modelName: 'autoencoder',
  title: 'Autoencoder',
  summary: 'Digits squeezed through eight numbers and drawn again.',
  lesson:
    'The target is the input itself, so no labels are needed. What the eight units of the code keep is what matters of a digit; make the code narrower and watch the errors grow.',
  group: 'unsupervised',
  order: 10,
  task: 'reconstruction',
  data: {
    file: 'digits',
    target: 'digit',
    scaling: 'min-max',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'pixels' },
    { type: 'dense', name: 'encoder', params: { units: 32, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'code', params: { units: 8, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'decoder', params: { units: 32, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'drawing', params: { units: 64, activation: 'sigmoid' } },
    { type: 'output', name: 'reconstruction', params: { target: 'input:pixels', loss: 'mean_squared_error' } },
  ]),
  plan: parsePlan({ epochs: 60, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.003 } } }),
}
