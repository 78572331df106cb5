import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { sensorSeries } from './generators/series.ts'
import type { Template } from './template.ts'

export const conv1d: Template = {
  id: 'conv1d',
  modelName: 'sensor-conv1d',
  title: 'Sensor series, convolutional',
  summary: 'What is wrong with a machine, from three channels over 64 steps.',
  lesson: 'A knock is the same knock whenever it comes: kernels slide over time, and the greatest response counts.',
  group: 'sequences',
  order: 10,
  task: 'classification',
  data: {
    generator: sensorSeries,
    target: 'state',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'series' },
    {
      type: 'conv1d',
      name: 'pieces',
      params: { filters: 16, kernelSize: 5, activation: 'relu', kernelInitializer: 'he_normal' },
    },
    { type: 'max_pooling1d', name: 'pool_1' },
    {
      type: 'conv1d',
      name: 'patterns',
      params: { filters: 32, kernelSize: 5, activation: 'relu', kernelInitializer: 'he_normal' },
    },
    { type: 'global_max_pooling1d', name: 'strongest' },
    { type: 'dropout', name: 'dropout', params: { rate: 0.2 } },
    { type: 'dense', name: 'classes', params: { units: 4, activation: 'softmax' } },
    { type: 'output', name: 'state' },
  ]),
  plan: parsePlan({ epochs: 20, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.003 } } }),
}
