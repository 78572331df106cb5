import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { drawnDigits } from './generators/pictures.ts'
import type { Template } from './template.ts'

export const lenet5: Template = {
  id: 'lenet-5',
  modelName: 'lenet-5',
  title: 'LeNet-5',
  summary: 'Ten digits drawn on 28 x 28 pixels, read by the network of LeCun et al. 1998.',
  lesson:
    'Convolution, averaging, convolution, averaging, then three dense layers: 61,706 parameters. With --data train-images-idx3-ubyte it reads MNIST.',
  group: 'images',
  order: 30,
  task: 'classification',
  data: {
    generator: drawnDigits,
    target: 'label',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'image' },
    {
      type: 'conv2d',
      name: 'c1',
      params: { filters: 6, kernelHeight: 5, kernelWidth: 5, padding: 'same', activation: 'tanh' },
    },
    { type: 'average_pooling2d', name: 's2' },
    { type: 'conv2d', name: 'c3', params: { filters: 16, kernelHeight: 5, kernelWidth: 5, activation: 'tanh' } },
    { type: 'average_pooling2d', name: 's4' },
    { type: 'flatten', name: 'flat' },
    { type: 'dense', name: 'c5', params: { units: 120, activation: 'tanh' } },
    { type: 'dense', name: 'f6', params: { units: 84, activation: 'tanh' } },
    { type: 'dense', name: 'classes', params: { units: 10, activation: 'softmax' } },
    { type: 'output', name: 'label' },
  ]),
  plan: parsePlan({ epochs: 12, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.002 } } }),
}
