import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import { figureImages } from './generators/pictures.ts'
import type { Template } from './template.ts'

const figures = figureImages('figures', 1000, 32, 5)

export const vggSmall: Template = {
  id: 'vgg-small',
  modelName: 'vgg-small',
  title: 'Small VGG',
  summary: 'Five figures in colour images of 32 x 32 pixels, by pairs of small convolutions.',
  lesson:
    'Two 3 x 3 convolutions see as far as one of 5 x 5 with fewer weights; each block halves the picture and doubles the filters.',
  group: 'images',
  order: 40,
  task: 'classification',
  data: {
    generator: figures,
    target: 'figure',
    scaling: 'standardize',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'image' },
    {
      type: 'conv2d',
      name: 'block1_conv1',
      params: {
        filters: 16,
        kernelHeight: 3,
        kernelWidth: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: 'he_normal',
      },
    },
    {
      type: 'conv2d',
      name: 'block1_conv2',
      params: {
        filters: 16,
        kernelHeight: 3,
        kernelWidth: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: 'he_normal',
      },
    },
    { type: 'max_pooling2d', name: 'block1_pool' },
    {
      type: 'conv2d',
      name: 'block2_conv1',
      params: {
        filters: 32,
        kernelHeight: 3,
        kernelWidth: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: 'he_normal',
      },
    },
    {
      type: 'conv2d',
      name: 'block2_conv2',
      params: {
        filters: 32,
        kernelHeight: 3,
        kernelWidth: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: 'he_normal',
      },
    },
    { type: 'max_pooling2d', name: 'block2_pool' },
    {
      type: 'conv2d',
      name: 'block3_conv1',
      params: {
        filters: 64,
        kernelHeight: 3,
        kernelWidth: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: 'he_normal',
      },
    },
    {
      type: 'conv2d',
      name: 'block3_conv2',
      params: {
        filters: 64,
        kernelHeight: 3,
        kernelWidth: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: 'he_normal',
      },
    },
    { type: 'global_average_pooling2d', name: 'pool' },
    { type: 'dropout', name: 'dropout', params: { rate: 0.3 } },
    { type: 'dense', name: 'classes', params: { units: 5, activation: 'softmax' } },
    { type: 'output', name: 'figure' },
  ]),
  plan: parsePlan({ epochs: 10, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.002 } } }),
}
