import type { GraphDocument, GraphNode } from '../graph/document.ts'
import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { Template } from './template.ts'

const relu = { activation: 'relu', kernelInitializer: 'he_normal' }

const generator = chain([
  { type: 'noise', name: 'noise', params: { size: 16 } },
  { type: 'dense', name: 'idea', params: { units: 64, ...relu } },
  { type: 'dense', name: 'sketch', params: { units: 128, ...relu } },
  { type: 'dense', name: 'drawing', params: { units: 64, activation: 'sigmoid' } },
])

const discriminator = chain([
  { type: 'real_or_generated', name: 'real_or_generated' },
  { type: 'dense', name: 'look', params: { units: 128, activation: 'leaky_relu', kernelInitializer: 'he_normal' } },
  { type: 'dropout', name: 'doubt', params: { rate: 0.3 } },
  { type: 'dense', name: 'judge', params: { units: 64, activation: 'leaky_relu', kernelInitializer: 'he_normal' } },
  { type: 'dense', name: 'verdict', params: { units: 1, activation: 'sigmoid' } },
  { type: 'output', name: 'real' },
])

const moved = ({ nodes }: GraphDocument, x: number, y: number): Record<string, GraphNode> =>
  Object.fromEntries(
    Object.entries(nodes).map(([id, node]) => [
      id,
      { ...node, position: { x: node.position.x + x, y: node.position.y + y } },
    ]),
  )

const joined = (from: string, port: string) => ({
  id: `${from}-real_or_generated`,
  from: { node: from, port: 'output' },
  to: { node: 'real_or_generated', port },
  order: 0,
})

export const ganDigits: Template = {
  id: 'gan-digits',
  modelName: 'gan-digits',
  title: 'GAN on digits',
  summary: 'Two networks learn against each other until one draws digits that the other takes for real.',
  lesson:
    'The generator turns noise into images, the discriminator tells them from real ones, and each learns from the other. Neither loss falls for long: watch the accuracies instead, half way is a draw, and look at the generated images in the evaluation.',
  group: 'unsupervised',
  order: 60,
  task: 'generation',
  data: {
    file: 'digits',
    target: 'digit',
    scaling: 'min-max',
    split: { test: 0.2, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: {
    format: 2,
    nodes: {
      ...moved(generator, 280, 0),
      pixels: { id: 'pixels', type: 'input', name: 'pixels', params: {}, position: { x: 80, y: 452 } },
      ...moved(discriminator, 140, 512),
    },
    edges: {
      ...generator.edges,
      real: { ...joined('pixels', 'real'), id: 'real' },
      generated: { ...joined('drawing', 'generated'), id: 'generated' },
      ...discriminator.edges,
    },
  },
  plan: parsePlan({
    epochs: 1000,
    batchSize: 64,
    // Two time scales (Heusel et al. 2017): the discriminator keeps ahead of the generator.
    optimizer: { type: 'adam', params: { learningRate: 0.0004, beta1: 0.5 } },
    generatorOptimizer: 'adam',
  }),
}
