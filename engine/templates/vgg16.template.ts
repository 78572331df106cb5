import { parsePlan } from '../training/plan-parse.ts'
import { type ChainLayer, chain } from './chain.ts'
import { figureImages } from './generators/pictures.ts'
import type { Template } from './template.ts'

/** Filters and convolutions of the five blocks of configuration D in Simonyan and Zisserman 2014. */
const blocks = [
  [64, 2],
  [128, 2],
  [256, 3],
  [512, 3],
  [512, 3],
] as const

const base: ChainLayer[] = blocks.flatMap(([filters, convolutions], block) => [
  ...Array.from({ length: convolutions }, (_, place) => ({
    type: 'conv2d',
    name: `block${block + 1}_conv${place + 1}`,
    params: { filters, padding: 'same', activation: 'relu', kernelInitializer: 'he_normal' },
    frozen: true,
  })),
  { type: 'max_pooling2d', name: `block${block + 1}_pool` },
])

export const vgg16: Template = {
  id: 'vgg16',
  modelName: 'vgg16',
  title: 'VGG16 without its top',
  summary: 'The 13 convolutions of VGG16 at 224 x 224 pixels, frozen, with a new head for ten classes.',
  lesson:
    'Of 27,565,386 parameters only the 12,850,698 of the head train. The base starts at random here: start it from the weights of another run, freeze it, train the head, then unfreeze the last block.',
  group: 'advanced',
  order: 60,
  task: 'classification',
  data: {
    generator: figureImages('large-figures', 20, 224, 10),
    target: 'figure',
    scaling: 'standardize',
    split: { test: 0, validation: 0, stratify: false, shuffle: true, seed: 1 },
  },
  document: chain([
    { type: 'input', name: 'image' },
    ...base,
    { type: 'flatten', name: 'flatten' },
    { type: 'dense', name: 'hidden', params: { units: 512, activation: 'relu', kernelInitializer: 'he_normal' } },
    { type: 'dense', name: 'classes', params: { units: 10, activation: 'softmax' } },
    { type: 'output', name: 'figure' },
  ]),
  plan: parsePlan({ epochs: 2, batchSize: 4, optimizer: { type: 'adam', params: { learningRate: 0.0001 } } }),
}
