import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../engine/base/json.ts'
import type { DatasetSignature } from '../../../engine/graph/document.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { chain } from '../../../engine/templates/chain.ts'
import { defaultPlan } from '../../../engine/training/plan.ts'
import { prepareModel } from '../../../engine/training/prepare-model.ts'
import { ModelSession } from '../../../engine/training/trainer-session.ts'
import { agree, TOLERANCE } from '../../support/parity.ts'

interface GoldenCase {
  name: string
  loss: string
  optimizer: { type: string; params: Record<string, number | boolean> }
  hidden: string
  units: number
  activation: string
  y: number[][]
  initial: Record<string, number[][] | number[]>
  losses: number[]
  final: Record<string, number[][] | number[]>
}

interface Golden {
  keras: string
  rows: number
  steps: number
  x: number[][]
  cases: GoldenCase[]
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/training_steps.json'), 'utf8')) as Golden
const native = loadNative()

/** Keras' names of optimiser parameters are ours in snake case. */
function camelCase(params: GoldenCase['optimizer']['params']): JsonObject {
  const names: Record<string, string> = { beta_1: 'beta1', beta_2: 'beta2', learning_rate: 'learningRate' }
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [names[key] ?? key, value]))
}

function signatureFor(loss: string, units: number): DatasetSignature {
  const features = Array.from({ length: 4 }, (_, index) => ({ name: `x${index}`, width: 1 }))
  const classes = units === 1 ? ['0', '1'] : ['0', '1', '2']
  const target = loss.endsWith('crossentropy')
    ? { column: 'y', kind: 'classes' as const, classes }
    : { column: 'y', kind: 'numeric' as const }
  return { rowCount: golden.rows, features, targets: [target] }
}

function sessionFor(golden: GoldenCase): { session: ModelSession; learningRate: number } {
  const document = chain([
    { type: 'input', name: 'input' },
    { type: 'dense', name: 'hidden', params: { units: 6, activation: golden.hidden } },
    { type: 'dense', name: 'last', params: { units: golden.units, activation: golden.activation } },
    { type: 'output', name: 'answer', params: { loss: golden.loss } },
  ])
  const optimizer = { type: golden.optimizer.type, params: camelCase(golden.optimizer.params) }
  const plan = { ...defaultPlan, batchSize: 12, optimizer }
  const { compiled } = prepareModel({ document, plan, signature: signatureFor(golden.loss, golden.units) })
  const session = new ModelSession(native, compiled, { threads: 1, seed: 1 })
  for (const { path, offset } of compiled.weights)
    session.native.writePersistent(offset, Float32Array.from((golden.initial[path] as number[]).flat()))
  return { session, learningRate: Number(golden.optimizer.params.learning_rate) }
}

function compare(entry: GoldenCase, what: string, actual: ArrayLike<number>, expected: number[]): void {
  const steps = { library: 'Keras', quantity: 'steps', actual, expected, what } as const
  agree({ kind: 'optimizer', item: entry.optimizer.type, ...steps })
  agree({ kind: 'loss', item: entry.loss, ...steps })
}

describe(`ten training steps agree with Keras ${golden.keras}`, () => {
  it.each(golden.cases.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    const { session, learningRate } = sessionFor(entry)
    const y = Float32Array.from(entry.y.flat())
    session.bind([
      { data: Float32Array.from(golden.x.flat()), rowSize: 4 },
      { data: y, rowSize: y.length / golden.rows },
    ])
    const losses: number[] = []
    for (let iteration = 0; iteration < golden.steps; iteration += 1) {
      const { accumulators } = await session.native.run({
        program: 'train',
        rows: Int32Array.from({ length: golden.rows }, (_, row) => row),
        batchSize: golden.rows,
        learningRates: Float64Array.of(learningRate),
        iteration,
      })
      losses.push((accumulators[0] as number) / golden.rows)
    }
    const before = {
      actual: losses.slice(0, 1),
      expected: entry.losses.slice(0, 1),
      what: 'loss before the first step',
    }
    agree({ kind: 'loss', item: entry.loss, library: 'Keras', quantity: 'forward', ...before })
    compare(entry, 'losses', losses, entry.losses)
    for (const { path, offset, shape } of session.compiled.weights) {
      const length = shape.reduce((product, size) => product * size, 1)
      const expected = (entry.final[path] as number[]).flat()
      compare(entry, path, session.native.readPersistent(offset, length), expected)
    }
    session.dispose()
  })

  it('over steps that change every loss far more than the tolerance', () => {
    for (const { name, losses } of golden.cases)
      expect(Math.abs((losses[0] as number) / (losses.at(-1) as number) - 1), name).toBeGreaterThan(
        100 * TOLERANCE.steps,
      )
  })
})
