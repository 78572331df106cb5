import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

export const anomalyDetection: Template = {
  id: 'anomaly-detection',
  modelName: 'anomaly-detector',
  title: 'Anomaly detection',
  summary: 'A denoising autoencoder that has never seen a 6 finds the sixes by its errors.',
  lesson:
    'All sixes are held out of training and wait among the test rows. What the network cannot draw again it does not know: evaluate on the test part and see how well the error tells sixes from the other digits (AUROC), and which share lies above the threshold of the validation rows.',
  group: 'unsupervised',
  order: 40,
  task: 'reconstruction',
  data: {
    file: 'digits',
    target: 'digit',
    scaling: 'min-max',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1, heldOut: ['6'] },
  },
  document: chain([
    { type: 'input', name: 'pixels' },
    { type: 'dropout', name: 'damage', params: { rate: 0.2 } },
    { type: 'dense', name: 'encoder', params: { units: 64, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'code', params: { units: 12, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'decoder', params: { units: 64, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'drawing', params: { units: 64, activation: 'sigmoid' } },
    { type: 'output', name: 'reconstruction', params: { target: 'input:pixels', loss: 'mean_squared_error' } },
  ]),
  plan: parsePlan({ epochs: 100, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.003 } } }),
}
