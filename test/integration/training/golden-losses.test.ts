import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../engine/base/json.ts'
import { differentiate } from '../../../engine/compile/differentiate.ts'
import { emitProgram } from '../../../engine/compile/emit.ts'
import { createGraphBuilder } from '../../../engine/compile/graph-builder.ts'
import type { DatasetSignature } from '../../../engine/graph/document.ts'
import { effectiveParams } from '../../../engine/layers/param-check.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { chain } from '../../../engine/templates/chain.ts'
import { findLoss, losses } from '../../../engine/training/losses/registry.ts'
import { optimizers } from '../../../engine/training/optimizers/registry.ts'
import { defaultPlan, parsePlan } from '../../../engine/training/plan.ts'
import { prepareModel } from '../../../engine/training/prepare-model.ts'
import { ModelSession } from '../../../engine/training/trainer-session.ts'
import { agree, type Comparison, TOLERANCE } from '../../support/parity.ts'

/** A gradient is read from one step of gradient descent: rounding of the weights, which are at most about 2. */
const ROUNDING = 3e-7

type Tensors = Readonly<Record<string, number[] | number[][]>>

interface LossCase {
  loss: string
  params: Readonly<Record<string, number>>
  prediction: number[][]
  target: number[][]
  values: number[]
  gradient: number[][]
}

interface TrainingCase {
  name: string
  loss: string
  lossParams: Readonly<Record<string, number>>
  optimizer: { type: string; params: Readonly<Record<string, number | boolean>> }
  dense: JsonObject
  units: number
  activation: string
  y: number[][]
  weights?: number[]
  initial: Tensors
  gradients: Tensors
  losses: number[]
  final: Tensors
}

interface Golden {
  keras: string
  torch: string
  rows: number
  steps: number
  x: number[][]
  losses: LossCase[]
  training: TrainingCase[]
}

const file = join(import.meta.dirname, '../../golden/losses_optimizers.json')
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden

/** The same cases in plain PyTorch, where it has the loss and the optimiser, by their position. */
interface PlainTorch {
  torch: string
  losses: (Pick<LossCase, 'loss' | 'values' | 'gradient'> & { index: number })[]
  training: (Pick<TrainingCase, 'name' | 'losses' | 'gradients' | 'final'> & { index: number })[]
}

const plain = JSON.parse(readFileSync(file.replace('.json', '_pytorch.json'), 'utf8')) as PlainTorch
const plainLoss = (entry: LossCase) => plain.losses.find(({ index }) => golden.losses[index] === entry)
const plainTraining = (entry: TrainingCase) => plain.training.find(({ index }) => golden.training[index] === entry)
const native = loadNative()

type Compared = Omit<Comparison, 'kind' | 'item' | 'library' | 'expected'> & {
  expected: readonly (number | number[])[]
  /** What plain PyTorch says. */
  plain: readonly (number | number[])[] | undefined
}

function compare(entry: LossCase | TrainingCase, { expected, plain: other, ...comparison }: Compared): void {
  const training = 'optimizer' in entry
  const thing = training
    ? ({ kind: 'optimizer', item: entry.optimizer.type } as const)
    : ({ kind: 'loss', item: entry.loss } as const)
  const library = thing.item === 'radam' ? 'PyTorch' : 'Keras'
  agree({ ...thing, ...comparison, library, expected: expected.flat() })
  if (other) agree({ ...thing, ...comparison, library: 'PyTorch', expected: other.flat() })
}

/** Keras' names of parameters are ours in snake case, but for the three ways to clip. */
function ours(params: TrainingCase['optimizer']['params']): JsonObject {
  const clipping: Readonly<Record<string, string>> = {
    clipvalue: 'value',
    clipnorm: 'norm',
    global_clipnorm: 'global_norm',
  }
  const result: Record<string, Json> = {}
  for (const [key, value] of Object.entries(params)) {
    const kind = clipping[key]
    if (kind) Object.assign(result, { clipping: kind, clipLimit: value })
    else result[key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())] = value
  }
  return result
}

/** Checked against weights worked by hand: test/integration/training/perceptron.test.ts. */
const notInKeras = new Set(['perceptron'])

describe(`losses agree with Keras ${golden.keras}`, () => {
  it('at three settings or sizes at least of every loss but the one over class numbers, whose steps golden-steps compares', () => {
    for (const { type } of losses) {
      if (type === 'sparse_categorical_crossentropy' || notInKeras.has(type)) continue
      expect(golden.losses.filter((entry) => entry.loss === type).length, type).toBeGreaterThanOrEqual(3)
    }
  })

  it.each(
    golden.losses.map((entry) => {
      const size = `${entry.prediction.length} x ${entry.prediction[0]?.length}`
      return [`${entry.loss} ${JSON.stringify(entry.params)}, ${size}`, entry] as const
    }),
  )('%s', async (_, entry) => {
    const loss = findLoss(entry.loss)
    if (!loss) return expect.unreachable(entry.loss)
    const rows = entry.prediction.length
    const width = entry.prediction[0]?.length as number
    const builder = createGraphBuilder()
    const shape = [-1, width]
    const prediction = builder.value('feed', 'prediction', shape, { slot: 0 })
    const target = builder.value('feed', 'target', shape, { slot: 1 })
    const values = loss.lower(builder, prediction, target, effectiveParams(loss.params ?? {}, ours(entry.params)))
    const forward = builder.finish('loss', [], builder.emitOne('batch_mean', [values]))
    const { graph, gradients } = differentiate(forward, [prediction])
    const outputs = [
      { name: 'values', value: values },
      { name: 'gradient', value: gradients.get(prediction) as number },
    ]
    const program = emitProgram({ ...graph, outputs }, { batchCapacity: rows, persistent: new Map(), accumulators: 0 })
    const session = native.createSession({ programs: { loss: program }, persistentFloats: 16, threads: 1, seed: 1 })
    session.bind(
      [entry.prediction, entry.target].map((data) => ({ data: Float32Array.from(data.flat()), rowSize: width })),
    )
    const results = [new Float32Array(rows), new Float32Array(rows * width)]
    await session.run({
      program: 'loss',
      rows: Int32Array.from({ length: rows }, (_row, index) => index),
      batchSize: rows,
      learningRates: Float64Array.of(0),
      iteration: 0,
      outputs: results,
    })
    session.dispose()
    compare(entry, {
      quantity: 'forward',
      what: 'values',
      actual: results[0] as Float32Array,
      expected: entry.values,
      plain: plainLoss(entry)?.values,
    })
    compare(entry, {
      quantity: 'gradient',
      what: 'gradient',
      actual: results[1] as Float32Array,
      expected: entry.gradient,
      plain: plainLoss(entry)?.gradient,
    })
  })
})

const CLASSES = new Set(['categorical_crossentropy', 'categorical_hinge', 'kl_divergence', 'cosine_similarity'])

function signatureFor({ loss, units }: TrainingCase): DatasetSignature {
  const features = Array.from({ length: 4 }, (_, index) => ({ name: `x${index}`, width: 1 }))
  const classes = units === 1 ? ['0', '1'] : ['0', '1', '2']
  const target =
    CLASSES.has(loss) || loss === 'binary_crossentropy'
      ? { column: 'y', kind: 'classes' as const, classes }
      : { column: 'y', kind: 'numeric' as const }
  return { rowCount: golden.rows, features, targets: [target] }
}

function sessionFor(entry: TrainingCase, optimizer: { type: string; params: JsonObject }, dense: JsonObject) {
  const document = chain([
    { type: 'input', name: 'input' },
    { type: 'dense', name: 'hidden', params: { units: 6, activation: 'tanh', ...dense } },
    { type: 'dense', name: 'last', params: { units: entry.units, activation: entry.activation } },
    { type: 'output', name: 'answer', params: { loss: entry.loss, ...ours(entry.lossParams) } },
  ])
  const plan = parsePlan({ ...defaultPlan, batchSize: 12, optimizer, sampleWeight: entry.weights ? 'w' : '' })
  const { compiled } = prepareModel({ document, plan, signature: signatureFor(entry) })
  const session = new ModelSession(native, compiled, { threads: 1, seed: 1 })
  const image = new Float32Array(compiled.persistentFloats)
  for (const { offset, length, value } of compiled.slotInitials) image.fill(value, offset, offset + length)
  for (const { path, offset } of compiled.weights) image.set((entry.initial[path] as number[]).flat(), offset)
  session.load(image)
  const y = Float32Array.from(entry.y.flat())
  session.bind([
    { data: Float32Array.from(golden.x.flat()), rowSize: 4 },
    { data: y, rowSize: y.length / golden.rows },
    ...(entry.weights ? [{ data: Float32Array.from(entry.weights), rowSize: 1 }] : []),
  ])
  const step = async (iteration: number, learningRate: number): Promise<number> => {
    const { accumulators } = await session.native.run({
      program: 'train',
      rows: Int32Array.from({ length: golden.rows }, (_, row) => row),
      batchSize: golden.rows,
      learningRates: Float64Array.of(learningRate),
      iteration,
    })
    return (accumulators[0] as number) / golden.rows
  }
  const weights = () =>
    session.compiled.weights.map(({ path, offset, shape }) => {
      const length = shape.reduce((product, size) => product * size, 1)
      return [path, session.native.readPersistent(offset, length)] as const
    })
  return { session, step, weights }
}

describe(`training agrees with Keras ${golden.keras} and PyTorch ${golden.torch}`, () => {
  it('at three settings at least of every optimiser', () => {
    for (const { type } of optimizers)
      expect(golden.training.filter((entry) => entry.optimizer.type === type).length, type).toBeGreaterThanOrEqual(3)
  })

  it.each(golden.training.map((entry) => [entry.name, entry] as const))('ten steps: %s', async (_, entry) => {
    const optimizer = { type: entry.optimizer.type, params: ours(entry.optimizer.params) }
    const { session, step, weights } = sessionFor(entry, optimizer, entry.dense)
    const measured: number[] = []
    for (let iteration = 0; iteration < golden.steps; iteration += 1)
      measured.push(await step(iteration, Number(entry.optimizer.params.learning_rate)))
    const other = plainTraining(entry)
    compare(entry, {
      quantity: 'steps',
      what: 'losses',
      actual: measured,
      expected: entry.losses,
      plain: other?.losses,
    })
    for (const [path, values] of weights())
      compare(entry, {
        quantity: 'steps',
        what: path,
        actual: values,
        expected: entry.final[path] as number[],
        plain: other?.final[path],
      })
    session.dispose()
  })

  it.each(golden.training.map((entry) => [entry.name, entry] as const))('gradients: %s', async (_, entry) => {
    const activity = Object.entries(entry.dense).filter(([name]) => name.startsWith('activity'))
    const { session, step, weights } = sessionFor(entry, { type: 'sgd', params: {} }, Object.fromEntries(activity))
    await step(0, 1)
    for (const [path, values] of weights()) {
      const before = (entry.initial[path] as number[]).flat()
      const gradient = before.map((value, index) => Math.fround(value) - (values[index] as number))
      compare(entry, {
        quantity: 'gradient',
        what: path,
        actual: gradient,
        expected: entry.gradients[path] as number[],
        plain: plainTraining(entry)?.gradients[path],
        scale: ROUNDING / TOLERANCE.gradient,
      })
    }
    session.dispose()
  })

  it('and the cases of PyTorch are those of Keras', () => {
    for (const { index, loss } of plain.losses) expect(golden.losses[index]?.loss).toBe(loss)
    for (const { index, name } of plain.training) expect(golden.training[index]?.name).toBe(name)
    expect(plain.training.length).toBeGreaterThan(30)
  })

  it('over steps that change every loss far more than the tolerance', () => {
    for (const { name, losses } of golden.training)
      expect(Math.abs((losses[0] as number) / (losses.at(-1) as number) - 1), name).toBeGreaterThan(
        100 * TOLERANCE.steps,
      )
  })
})
