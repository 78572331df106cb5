import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { movingBlobs } from './generators/motion.ts'
import type { Template } from './template.ts'

export const convLstm: Template = {
  id: 'conv-lstm',
  modelName: 'conv-lstm',
  title: 'Direction of motion by ConvLSTM',
  summary: 'Six frames of a blob that moves left, right, up or down.',
  lesson:
    'No single frame tells the direction: the cell remembers, pixel by pixel, what was seen before. A Dense over all pixels would need a weight for every place and step.',
  group: 'sequences',
  order: 50,
  task: 'classification',
  data: {
    generator: movingBlobs,
    target: 'direction',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'video' },
    { type: 'conv_lstm2d', name: 'memory', params: { filters: 8, padding: 'same' } },
    { type: 'max_pooling2d', name: 'pool' },
    { type: 'flatten', name: 'flat' },
    { type: 'dense', name: 'classes', params: { units: 4, activation: 'softmax' } },
    { type: 'output', name: 'direction' },
  ]),
  plan: parsePlan({ epochs: 20, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.01 } } }),
}
