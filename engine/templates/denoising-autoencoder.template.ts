import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const denoisingAutoencoder: Template = {
  id: 'denoising-autoencoder',
  modelName: 'denoising-autoencoder',
  title: 'Denoising autoencoder',
  summary: 'Digits with a third of their pixels wiped out are completed.',
  lesson:
    'Dropout right behind the Input damages what the network sees, the target stays the clean image: it has to learn how digits hang together instead of copying pixels (Vincent et al. 2008). Damage happens in training only.',
  group: 'unsupervised',
  order: 20,
  task: 'reconstruction',
  data: {
    file: 'digits',
    target: 'digit',
    scaling: 'min-max',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'pixels' },
    { type: 'dropout', name: 'damage', params: { rate: 0.3 } },
    { type: 'dense', name: 'encoder', params: { units: 64, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'code', params: { units: 24, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'decoder', params: { units: 64, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'drawing', params: { units: 64, activation: 'sigmoid' } },
    { type: 'output', name: 'reconstruction', params: { target: 'input:pixels', loss: 'binary_crossentropy' } },
  ]),
  plan: parsePlan({ epochs: 60, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.003 } } }),
}
