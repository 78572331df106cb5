import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

const kernel = { padding: 'same', activation: 'relu', kernelInitializer: 'he_normal' }

export const convolutionalAutoencoder: Template = {
  id: 'convolutional-autoencoder',
  modelName: 'convolutional-autoencoder',
  title: 'Convolutional autoencoder',
  summary: 'Digits pooled down to two by two pixels of four channels and grown again.',
  lesson:
    'Pooling halves the image, UpSampling doubles it: the code is a small image of features. It needs far fewer weights than the dense autoencoder for the same job.',
  group: 'unsupervised',
  order: 30,
  task: 'reconstruction',
  data: {
    file: 'digits',
    target: 'digit',
    scaling: 'min-max',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'image', params: { shape: [8, 8, 1] } },
    { type: 'conv2d', name: 'strokes', params: { filters: 16, ...kernel } },
    { type: 'max_pooling2d', name: 'half' },
    { type: 'conv2d', name: 'shapes', params: { filters: 8, ...kernel } },
    { type: 'max_pooling2d', name: 'quarter' },
    { type: 'conv2d', name: 'code', params: { filters: 4, ...kernel } },
    { type: 'up_sampling2d', name: 'twice' },
    { type: 'conv2d', name: 'shapes_back', params: { filters: 8, ...kernel } },
    { type: 'up_sampling2d', name: 'four_times' },
    { type: 'conv2d', name: 'strokes_back', params: { filters: 16, ...kernel } },
    { type: 'conv2d', name: 'drawing', params: { filters: 1, padding: 'same', activation: 'sigmoid' } },
    { type: 'output', name: 'reconstruction', params: { target: 'input:image', loss: 'binary_crossentropy' } },
  ]),
  plan: parsePlan({ epochs: 40, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.005 } } }),
}
