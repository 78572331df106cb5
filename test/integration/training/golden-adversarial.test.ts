import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { elementCount } from '../../../engine/base/shape.ts'
import { compileModel } from '../../../engine/compile/compile.ts'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { inferDocument } from '../../../engine/graph/infer.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { objectivesOf } from '../../../engine/training/objectives.ts'
import { parsePlan } from '../../../engine/training/plan.ts'
import { optimizersOf } from '../../../engine/training/prepare-model.ts'
import { agree, relativeError, TOLERANCE } from '../../support/parity.ts'
import { draw, type Layers } from '../../unit/graph/documents.ts'

interface GoldenCase {
  loss: 'binary_crossentropy' | 'mean_squared_error'
  optimizer: string
  rate: number
  /** The generator's own optimiser and rate. */
  generator?: { optimizer: string; rate: number }
  batch: number
  normalised: boolean
  l2: number
  z: number[]
  x: number[]
  initial: Record<string, number[]>
  losses: [discriminator: number, generator: number][]
  final: Record<string, number[]>
}

interface Golden {
  torch: string
  steps: number
  latent: number
  hidden: number
  width: number
  seen: number
  cases: GoldenCase[]
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/adversarial.json'), 'utf8')) as Golden
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

/** The GAN of a case. Its noise is data here, so that it can be given. */
function documentOf({ loss, normalised, l2 }: GoldenCase): GraphDocument {
  const norm: Layers = normalised ? { gbn: ['batch_normalization'], dbn: ['batch_normalization'] } : {}
  const layers: Layers = {
    z: ['input', { columns: names('z', golden.latent) }],
    x: ['input', { columns: names('x', golden.width) }],
    g1: ['dense', { units: golden.hidden, useBias: !normalised }],
    relu: ['activation'],
    g2: ['dense', { units: golden.width, activation: 'sigmoid' }],
    junction: ['real_or_generated'],
    d1: ['dense', { units: golden.seen, activation: 'leaky_relu', kernelL2: l2 }],
    d2: ['dense', { units: 1, activation: loss === 'binary_crossentropy' ? 'sigmoid' : 'linear' }],
    real: ['output'],
    ...norm,
  }
  const between = (a: string, b: string, middle: string) =>
    normalised ? [`${a} -> ${middle}`, `${middle} -> ${b}`] : [`${a} -> ${b}`]
  return draw(layers, [
    'z -> g1',
    ...between('g1', 'relu', 'gbn'),
    'relu -> g2',
    'x -> junction.real',
    'g2 -> junction.generated',
    'junction -> d1',
    ...between('d1', 'd2', 'dbn'),
    'd2 -> real',
  ])
}

function compiled(entry: GoldenCase) {
  const document = documentOf(entry)
  const columns = [...names('z', golden.latent), ...names('x', golden.width)]
  const dataset = { rowCount: 100, features: columns.map((name) => ({ name, width: 1 })), targets: [] }
  const { optimizer, rate, generator } = entry
  // Parameters of the generator's are at their defaults but for the rate: of Adam that is DCGAN's beta_1 of one half.
  const plan = parsePlan({
    optimizer: { type: optimizer, params: { learningRate: rate } },
    ...(generator
      ? { generatorOptimizer: { type: generator.optimizer, params: { learningRate: generator.rate } } }
      : {}),
  })
  return compileModel({
    document,
    dataset,
    objectives: objectivesOf(document, dataset, inferDocument(document, dataset)),
    ...optimizersOf(plan),
    batchSize: entry.batch,
  })
}

describe(`a GAN takes turns as in PyTorch ${golden.torch}`, () => {
  const nameOf = ({ loss, optimizer, generator, batch }: GoldenCase) =>
    `${loss}, ${optimizer}${generator ? ` against ${generator.optimizer}` : ''}, batch ${batch}`
  it.each(golden.cases.map((entry) => [nameOf(entry), entry] as const))('%s', async (_, entry) => {
    const model = compiled(entry)
    const session = loadNative().createSession({
      programs: { ...model.programs },
      persistentFloats: model.persistentFloats,
      threads: 1,
      seed: 1,
    })
    const compare = (actual: ArrayLike<number>, expected: readonly number[], what: string) =>
      agree({ kind: 'training', item: 'GAN', library: 'PyTorch', quantity: 'steps', actual, expected, what })
    try {
      for (const { offset, length, value } of model.slotInitials)
        session.writePersistent(offset, new Float32Array(length).fill(value))
      for (const { path, offset } of model.weights)
        session.writePersistent(offset, Float32Array.from(entry.initial[path] as number[]))
      session.bind(
        model.slots.map(({ node, rowShape }) => ({
          data: Float32Array.from(node === 'z' ? entry.z : entry.x),
          rowSize: elementCount(rowShape),
        })),
      )
      expect(model.accumulators.slice(1, 3)).toEqual(['discriminator_loss', 'generator_loss'])
      for (let step = 0; step < golden.steps; step += 1) {
        const rows = Int32Array.from({ length: entry.batch }, (_row, index) => step * entry.batch + index)
        const learningRates = Float64Array.from([entry.rate, ...(entry.generator ? [entry.generator.rate] : [])])
        const { accumulators } = await session.run({ program: 'train', rows, batchSize: entry.batch, learningRates, iteration: step }) // biome-ignore format: one call
        const means = Array.from(accumulators.subarray(1, 3), (sum) => sum / entry.batch)
        compare(means, entry.losses[step]!, `losses of step ${step + 1}`)
      }
      for (const { path, offset, shape } of model.weights) {
        const ours = session.readPersistent(offset, elementCount(shape))
        const theirs = entry.final[path] as number[]
        compare(ours, theirs, path)
        const moved = relativeError(entry.initial[path] as number[], theirs)
        expect(moved, `${path} moved`).toBeGreaterThan(20 * TOLERANCE.steps)
      }
    } finally {
      session.dispose()
    }
  })
})
