import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadNative } from '../../../engine/native/index.ts'
import { setScaling } from '../../../engine/training/override-data.ts'
import { parsePlan } from '../../../engine/training/plan.ts'
import { createTrainer, type RunOutcome } from '../../../engine/training/trainer.ts'
import { compileOf, documentOf, signatureOf } from '../../support/model.ts'
import { type Project, textProject } from './projects.ts'

/** A McCulloch-Pitts neuron that starts at zero and learns by Rosenblatt's rule, one row at a time in the order of the table. */
function perceptron(csv: string, epochs: number, plan = {}): Project {
  const layers = [
    { type: 'input', name: 'bits' },
    { type: 'dense', name: 'unit', params: { units: 1, activation: 'step', kernelInitializer: 'zeros' } },
    { type: 'output', name: 'answer', params: { loss: 'perceptron' } },
  ]
  const online = parsePlan({
    epochs,
    batchSize: 1,
    shuffle: false,
    optimizer: { type: 'sgd', params: { learningRate: 1 } },
    ...plan,
  })
  return textProject(csv, layers, online, (description) => ({
    ...setScaling(description, 'none'),
    split: { ...description.split, test: 0, validation: 0, stratify: false },
  }))
}

const train = (project: Project): Promise<RunOutcome> => createTrainer({ native: loadNative() }).train(project)

/** Both weights and the bias of the unit. */
function weightsOf({ model }: RunOutcome): number[] {
  return model.compiled.weights.flatMap(({ offset, shape }) => [
    ...model.persistent.subarray(offset, offset + (shape[0] as number)),
  ])
}

const table = (answers: readonly number[]) =>
  `x1,x2,y\n${answers.map((y, row) => `${row >> 1},${row & 1},${y}`).join('\n')}\n`
const AND = [0, 0, 0, 1]
const OR = [0, 1, 1, 1]
const XOR = [0, 1, 1, 0]

/** w1, w2 and b after each row, worked by hand: eta 1, zeros at the start, step(0) = 1. */
const byHand = {
  AND: [
    [0, 0, -1, 0, 0, -1, 0, 0, -1, 1, 1, 0],
    [1, 1, -1, 1, 0, -2, 1, 0, -2, 2, 1, -1],
    [2, 1, -1, 2, 0, -2, 1, 0, -3, 2, 1, -2],
    [2, 1, -2, 2, 1, -2, 1, 1, -3, 2, 2, -2],
    [2, 2, -2, 2, 1, -3, 2, 1, -3, 2, 1, -3],
    [2, 1, -3, 2, 1, -3, 2, 1, -3, 2, 1, -3],
  ],
  OR: [
    [0, 0, -1, 0, 1, 0, 0, 1, 0, 0, 1, 0],
    [0, 1, -1, 0, 1, -1, 1, 1, 0, 1, 1, 0],
    [1, 1, -1, 1, 1, -1, 1, 1, -1, 1, 1, -1],
    [1, 1, -1, 1, 1, -1, 1, 1, -1, 1, 1, -1],
  ],
}

describe("Rosenblatt's rule", () => {
  it.each([
    ['AND', AND],
    ['OR', OR],
  ] as const)('moves the weights row by row as worked by hand: %s', async (name, answers) => {
    const document = documentOf({
      in: { type: 'input' },
      unit: { type: 'dense', params: { units: 1, activation: 'step', kernelInitializer: 'zeros' } },
      out: { type: 'output' },
    })
    const model = compileOf({ document, dataset: signatureOf(2, 2), loss: 'perceptron', batchSize: 1 })
    const { programs, persistentFloats, weights } = model
    const session = loadNative().createSession({ programs: { ...programs }, persistentFloats, threads: 1, seed: 1 })
    try {
      session.bind([
        { data: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), rowSize: 2 },
        { data: Float32Array.from(answers), rowSize: 1 },
      ])
      for (const epoch of byHand[name])
        for (let row = 0; row < 4; row += 1) {
          const learningRates = Float64Array.of(1)
          await session.run({ program: 'train', rows: Int32Array.of(row), batchSize: 1, learningRates, iteration: 0 })
          const now = weights.flatMap(({ offset, shape }) => [...session.readPersistent(offset, shape[0] as number)])
          expect(now).toEqual(epoch.slice(3 * row, 3 * row + 3))
        }
    } finally {
      session.dispose()
    }
  })

  it.each([
    ['AND', AND],
    ['OR', OR],
  ] as const)('ends without an error and then stands still: %s', async (name, answers) => {
    const epochs = byHand[name].length
    const outcome = await train(perceptron(table(answers), epochs))
    expect(outcome.metrics).toMatchObject({ accuracy: 1, loss: 0 })
    expect(outcome.history.at(-2)?.metrics.accuracy).toBeLessThan(1)
    expect(weightsOf(outcome)).toEqual(byHand[name].at(-1)?.slice(-3))
    expect(weightsOf(await train(perceptron(table(answers), 50)))).toEqual(weightsOf(outcome))
  })

  it('never ends on the exclusive or', async () => {
    const { history } = await train(perceptron(table(XOR), 300))
    expect(Math.max(...history.map(({ metrics }) => metrics.accuracy as number))).toBeLessThan(1)
  })

  it('parts two Iris species that a plane parts, in any order of the rows, and not two that none parts', async () => {
    const iris = readFileSync(join(import.meta.dirname, '../../../resources/datasets/iris.csv'), 'utf8')
    const [header, ...rows] = iris.trim().split('\n')
    const pair = (...species: string[]) =>
      [header!.replace('species', 'y'), ...rows.filter((row) => species.some((name) => row.endsWith(name)))].join('\n')
    for (const plan of [{}, { shuffle: true, seed: 2 }, { shuffle: true, seed: 3 }])
      expect((await train(perceptron(pair('setosa', 'versicolor'), 60, plan))).metrics).toMatchObject({ loss: 0 })
    const { history } = await train(perceptron(pair('versicolor', 'virginica'), 60))
    expect(history.every(({ metrics }) => (metrics.loss as number) > 0)).toBe(true)
  })

  it('gives the same bits on 1, 2 and 4 threads', async () => {
    const [one, two, four] = await Promise.all(
      [1, 2, 4].map((threads) => train(perceptron(table(AND), 4, { threads, shuffle: true, batchSize: 4 }))),
    )
    expect(two?.model.persistent).toEqual(one?.model.persistent)
    expect(four?.model.persistent).toEqual(one?.model.persistent)
  })
})

describe('training without shuffling', () => {
  it('goes through the rows in the order of the table, so that the seed has no part in it', async () => {
    const runs = [1, 2].map((seed) => train(perceptron(table(AND), 3, { seed })))
    const shuffled = [1, 2].map((seed) => train(perceptron(table(AND), 3, { seed, shuffle: true })))
    const [a, b] = (await Promise.all(runs)).map(weightsOf)
    const [c, d] = (await Promise.all(shuffled)).map(weightsOf)
    expect(a).toEqual(b)
    expect(c).not.toEqual(d)
  })
})
