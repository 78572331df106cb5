import type { Random } from '../base/rng.ts'
import type { GraphDocument } from '../graph/document.ts'
import { parsePlan } from '../training/plan-parse.ts'
import { chain } from './chain.ts'
import type { DataGenerator, Template, TemplateModel } from './template.ts'

const SIZE = 10
/** Grey values are whole numbers from 0 to WHITE. */
const WHITE = 16
const CONTRAST = 4
const NOISE = 7

const BASE = ['strokes', 'stripes']

/** One image of stripes across a direction, somewhere and more or less wide, under noise. */
function image(degrees: number, random: Random): number[] {
  const angle = (degrees * Math.PI) / 180
  const [right, down] = [Math.cos(angle), Math.sin(angle)]
  const frequency = 0.16 + 0.14 * random.uniform()
  const phase = 2 * Math.PI * random.uniform()
  return Array.from({ length: SIZE * SIZE }, (_, pixel) => {
    const along = (pixel % SIZE) * right + Math.floor(pixel / SIZE) * down
    const grey = WHITE / 2 + CONTRAST * Math.sin(2 * Math.PI * frequency * along + phase) + NOISE * random.normal()
    return Math.min(WHITE, Math.max(0, Math.round(grey)))
  })
}

/** Images of stripes in each of the directions, in degrees, in turn. */
function stripes(name: string, rows: number, directions: readonly number[]): DataGenerator {
  return {
    name,
    rows,
    columns: SIZE * SIZE + 1,
    make(random) {
      const directionOf = (row: number): number => directions[row % directions.length] as number
      const images = Array.from({ length: rows }, (_, row) => image(directionOf(row), random))
      const pixels = Array.from({ length: SIZE * SIZE }, (_, pixel) => ({
        name: `pixel_${Math.floor(pixel / SIZE)}_${pixel % SIZE}`,
        values: images.map((grey) => grey[pixel] as number),
      }))
      return [...pixels, { name: 'direction', values: images.map((_, row) => `${directionOf(row)} degrees`) }]
    },
  }
}

/** Convolutions that find stripes wherever they lie, under a head with a unit for each direction. */
function network(head: string, units: number, frozen: boolean): GraphDocument {
  const kernels = { padding: 'same', activation: 'relu', kernelInitializer: 'he_normal' }
  const document = chain([
    { type: 'input', name: 'image', params: { shape: [SIZE, SIZE, 1] } },
    { type: 'rescaling', name: 'grey', params: { scale: 1 / WHITE } },
    { type: 'conv2d', name: 'strokes', params: { filters: 16, kernelHeight: 5, kernelWidth: 5, ...kernels } },
    { type: 'conv2d', name: 'stripes', params: { filters: 32, ...kernels } },
    { type: 'global_average_pooling2d', name: 'anywhere' },
    { type: 'dense', name: head, params: { units, activation: 'softmax' } },
    { type: 'output', name: 'answer' },
  ])
  const nodes = Object.entries(document.nodes).map(([id, node]) =>
    frozen && BASE.includes(id) ? [id, { ...node, frozen: true }] : [id, node],
  )
  return { ...document, nodes: Object.fromEntries(nodes) }
}

const first: TemplateModel = {
  modelName: 'six-directions',
  data: {
    generator: stripes('stripes-six-directions', 900, [0, 30, 60, 90, 120, 150]),
    target: 'direction',
    scaling: 'none',
    split: { test: 0.1, validation: 0.1, stratify: true, shuffle: true, seed: 1 },
  },
  document: network('six', 6, false),
  plan: parsePlan({ epochs: 40, batchSize: 32, optimizer: { type: 'adam', params: { learningRate: 0.002 } } }),
}

export const transferLearning: Template = {
  id: 'transfer-learning',
  modelName: 'four-directions',
  title: 'Transfer learning',
  summary: 'Kernels that learned six directions of stripes tell four new ones from 24 images.',
  lesson:
    'Two steps: train six-directions first, then four-directions, which starts from its weights. Its convolutions are frozen and only the new head learns; with fresh weights 24 noisy images are far too few.',
  group: 'advanced',
  order: 10,
  task: 'classification',
  first,
  data: {
    generator: stripes('stripes-four-directions', 480, [15, 60, 105, 150]),
    target: 'direction',
    scaling: 'none',
    split: { test: 0.9, validation: 0.05, stratify: true, shuffle: true, seed: 1 },
  },
  document: network('four', 4, true),
  plan: parsePlan({
    epochs: 60,
    batchSize: 4,
    optimizer: { type: 'adam', params: { learningRate: 0.003 } },
    initialWeights: { run: 'model:six-directions' },
  }),
}
