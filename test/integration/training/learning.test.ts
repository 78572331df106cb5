import { describe, expect, it } from 'vitest'
import { Random, Stream } from '../../../engine/base/rng.ts'
import type { Table } from '../../../engine/data/dataset.ts'
import { splitTable } from '../../../engine/data/split.ts'
import { columnOf } from '../../../engine/data/table.ts'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { crossValidate } from '../../../engine/evaluation/kfold.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { chain } from '../../../engine/templates/chain.ts'
import type { Checkpoint } from '../../../engine/training/checkpoint.ts'
import { applyOverrides } from '../../../engine/training/override.ts'
import { createTrainer, type RunOutcome } from '../../../engine/training/trainer.ts'
import type { TrainingEvent } from '../../../engine/training/trainer-events.ts'
import { type Project, templateProject, textProject } from './projects.ts'

const native = loadNative()
const trainer = createTrainer({ native })

function withPlan(project: Project, change: Partial<Project['plan']>): Project {
  return { ...project, plan: { ...project.plan, ...change } }
}

/** Five folds of a template with its own settings: the mean of a score. */
async function fiveFolds(id: string, score: string, overrides: Record<string, string> = {}): Promise<number> {
  const project = templateProject(id)
  const changed = applyOverrides(project, overrides)
  const description = changed.description ?? project.description
  const folds = { k: 5, stratified: true }
  const report = await crossValidate(native, { ...project, ...changed, description, folds })
  expect(report.metrics[score]?.folds).toHaveLength(5)
  return report.metrics[score]?.mean ?? Number.NaN
}

describe('five folds on real tables', () => {
  it('classify iris to at least 0.94', async () => {
    expect(await fiveFolds('iris', 'accuracy')).toBeGreaterThanOrEqual(0.94)
  })

  it('classify wine to at least 0.96, and collapse without scaling', async () => {
    expect(await fiveFolds('wine', 'accuracy')).toBeGreaterThanOrEqual(0.96)
    expect(await fiveFolds('wine', 'accuracy', { 'data.scaling': 'none' })).toBeLessThan(0.75)
  })

  it('classify breast cancer to at least 0.965', async () => {
    expect(await fiveFolds('breast-cancer', 'accuracy')).toBeGreaterThanOrEqual(0.965)
  })

  it('classify digits to at least 0.965', async () => {
    expect(await fiveFolds('digits', 'accuracy')).toBeGreaterThanOrEqual(0.965)
  })

  it('explain 0.40 to 0.52 of the variance of diabetes', async () => {
    const r2 = await fiveFolds('diabetes', 'r2')
    expect(r2).toBeGreaterThanOrEqual(0.4)
    expect(r2).toBeLessThanOrEqual(0.52)
  })

  it('find nothing when the labels are shuffled', async () => {
    const project = templateProject('iris')
    const target = project.description.columns.find(({ role }) => role === 'target')?.name ?? ''
    const table = shuffledColumn(project.table, target)
    const report = await crossValidate(native, { ...project, table, folds: { k: 5, stratified: true } })
    expect(report.metrics.accuracy?.mean).toBeGreaterThan(0.2)
    expect(report.metrics.accuracy?.mean).toBeLessThan(0.47)
  })
})

function shuffledColumn(table: Table, name: string): Table {
  const column = columnOf(table, name)
  if (column.type !== 'categorical') throw new Error(`${name} holds no labels`)
  const codes = new Random(1, Stream.split).shuffle(Int32Array.from(column.codes))
  return { ...table, columns: table.columns.map((other) => (other === column ? { ...column, codes } : other)) }
}

describe('exclusive or', () => {
  it('is learned by 2-4-1', async () => {
    const project = templateProject('xor')
    const { model, metrics } = await trainer.train(project)
    expect(metrics.accuracy).toBe(1)
    const report = await evaluateRows(native, model, project.table, project.split.train)
    expect(report.metrics.loss).toBeLessThan(0.05)
  })

  it('is not learned without a hidden layer, however long', async () => {
    const project = templateProject('xor')
    const document = chain([
      { type: 'input', name: 'bits' },
      { type: 'dense', name: 'probability', params: { units: 1, activation: 'sigmoid' } },
      { type: 'output', name: 'xor' },
    ])
    const { metrics } = await trainer.train(withPlan({ ...project, document }, { epochs: 5000 }))
    expect(metrics.accuracy).toBeLessThanOrEqual(0.75)
    expect(metrics.loss).toBeGreaterThan(0.65)
  })

  it('runs at least 2,000 epochs a second, events included', { retry: 2 }, async () => {
    let epochs = 0
    const onEvent = (event: TrainingEvent) => {
      if (event.type === 'epochs') epochs += event.records.length
    }
    const outcome = await trainer.train({ ...withPlan(templateProject('xor'), { epochs: 6000 }), onEvent })
    expect(epochs).toBe(6000)
    expect(outcome.seconds).toBeLessThan(3)
  })
})

describe('early stopping', () => {
  it('picks the best epoch, restores it and says so', async () => {
    const earlyStopping = { enabled: true, monitor: 'validation_loss', patience: 20, minDelta: 0, restoreBest: true }
    const project = withPlan(templateProject('iris'), { epochs: 500, earlyStopping })
    const outcome = await trainer.train(project)
    const losses = outcome.history.map(({ metrics }) => metrics.validation_loss as number)
    const best = losses.indexOf(Math.min(...losses)) + 1
    expect(outcome).toMatchObject({ status: 'completed', reason: 'early-stopping', restored: 'best', epoch: best })
    expect(outcome.history).toHaveLength(best + 20)
    const report = await evaluateRows(native, outcome.model, project.table, outcome.split.validation)
    expect(report.loss).toBeCloseTo(Math.min(...losses), 12)
    expect(outcome.last.persistent).not.toEqual(outcome.model.persistent)
  })

  it('watches a score that should rise', async () => {
    const earlyStopping = { enabled: true, monitor: 'validation_accuracy', patience: 5, minDelta: 0, restoreBest: true }
    const outcome = await trainer.train(withPlan(templateProject('iris'), { epochs: 200, earlyStopping }))
    const scores = outcome.history.map(({ metrics }) => metrics.validation_accuracy as number)
    expect(outcome.metrics.validation_accuracy).toBe(Math.max(...scores))
    expect(outcome.epoch).toBe(scores.indexOf(Math.max(...scores)) + 1)
  })

  it('refuses to watch validation when there are no validation rows', async () => {
    const earlyStopping = { enabled: true, monitor: 'validation_loss', patience: 5, minDelta: 0, restoreBest: true }
    await expect(trainer.train(withPlan(templateProject('xor'), { earlyStopping }))).rejects.toMatchObject({
      code: 'training.unknown-monitor',
      details: { expected: 'one of loss, accuracy', received: 'validation_loss' },
    })
  })
})

describe('learning-rate schedules', () => {
  const rates = async (type: string, params: Record<string, number>): Promise<number[]> => {
    const optimizer = { type: 'sgd', params: { learningRate: 0.1 } }
    const project = withPlan(templateProject('xor'), { epochs: 101, schedule: { type, params }, optimizer })
    const { history } = await trainer.train(project)
    return history.map(({ learningRate }) => learningRate)
  }

  it('drive the rate of each epoch', async () => {
    const timeBased = await rates('time_based', { k: 0.01 })
    expect(timeBased[0]).toBe(0.1)
    expect(timeBased[100]).toBeCloseTo(0.05, 12)
    const step = await rates('step', { drop: 0.5, epochsDrop: 10 })
    expect(step[8]).toBeCloseTo(0.1, 12)
    expect(step[19]).toBeCloseTo(0.025, 12)
  })

  it('change what is learned', async () => {
    const project = templateProject('xor')
    const constant = await trainer.train(project)
    const schedule = { type: 'exponential', params: { k: 0.5 } }
    const decayed = await trainer.train(withPlan(project, { schedule }))
    expect(decayed.metrics.loss as number).toBeGreaterThan(10 * (constant.metrics.loss as number))
  })
})

describe('training that cannot go well', () => {
  it('says where it diverged and what to do', async () => {
    const project = templateProject('diabetes')
    const optimizer = { type: 'sgd', params: { learningRate: 1000 } }
    const failure = await trainer.train(withPlan(project, { optimizer })).catch((thrown) => thrown)
    expect(failure).toMatchObject({ code: 'training.diverged' })
    expect(failure.details.data).toMatchObject({ learningRate: 1000 })
    expect(failure.details.message).toMatch(/epoch \d+/)
    expect(failure.details.fix).toContain('try 100')
  })

  it('says so of networks whose products skip the zeros behind relu', async () => {
    const units = { units: 256, activation: 'relu' }
    const document = chain([
      { type: 'input', name: 'patient', params: { shape: [10] } },
      { type: 'dense', name: 'hidden_1', params: units },
      { type: 'dense', name: 'hidden_2', params: units },
      { type: 'dense', name: 'progression', params: { units: 1 } },
      { type: 'output', name: 'progression_output' },
    ])
    const optimizer = { type: 'sgd', params: { learningRate: 1000 } }
    const project = withPlan({ ...templateProject('diabetes'), document }, { optimizer, batchSize: 128 })
    await expect(trainer.train(project)).rejects.toMatchObject({ code: 'training.diverged' })
  })

  it('never replaces a good checkpoint by one that diverged', async () => {
    const project = withPlan(templateProject('diabetes'), { checkpoint: { everyEpochs: 1, seconds: 0.1 } })
    const optimizer = (learningRate: number) => ({ type: 'sgd', params: { learningRate } })
    const saved: Checkpoint[] = []
    const save = (checkpoints: readonly Checkpoint[]) => saved.push(...checkpoints)
    const good = await trainer.train({ ...withPlan(project, { epochs: 3, optimizer: optimizer(0.01) }), save })
    const before = saved.length
    expect(before).toBeGreaterThan(0)
    const rest = withPlan(project, { epochs: 50, optimizer: optimizer(1000) })
    const failure = await trainer.train({ ...rest, save, resumeFrom: good }).catch((thrown) => thrown)
    expect(failure).toMatchObject({ code: 'training.diverged' })
    expect(failure.details.data.lastCheckpointEpoch).toBeGreaterThanOrEqual(3)
    for (const { persistent } of saved) expect(persistent.every(Number.isFinite)).toBe(true)
  })

  it('refuses a learning rate out of range instead of taking another', async () => {
    const optimizer = { type: 'sgd', params: { learningRate: 1e6 } }
    const failure = await trainer.train(withPlan(templateProject('xor'), { optimizer })).catch((thrown) => thrown)
    expect(failure.code).toMatch(/^plan\./)
    expect(failure.details.received).toContain('1000000')
  })

  it('ends with the error of a listener that fails', async () => {
    const onEvent = (event: TrainingEvent) => {
      if (event.type === 'progress') throw new Error('the listener broke')
    }
    const endless = withPlan(templateProject('digits'), { epochs: 1_000_000 })
    await expect(trainer.train({ ...endless, onEvent })).rejects.toThrow('the listener broke')
  })

  it('refuses a batch larger than the data', async () => {
    await expect(trainer.train(withPlan(templateProject('xor'), { batchSize: 5 }))).rejects.toMatchObject({
      code: 'training.batch-larger-than-data',
      details: { expected: 'at most 4, the number of training rows', received: '5' },
    })
  })

  it('refuses what does not fit into memory, with the numbers', async () => {
    const small = createTrainer({ native, memoryBudget: 100_000 })
    const failure = await small.train(templateProject('digits')).catch((thrown) => thrown)
    expect(failure).toMatchObject({ code: 'training.memory' })
    expect(failure.details.data.needed).toBeGreaterThan(100_000)
    expect(failure.details.received).toMatch(/MiB for the network, .* MiB for the data/)
  })

  it('refuses a broken drawing with the error of the drawing', async () => {
    const document = chain([
      { type: 'input', name: 'bits' },
      { type: 'dense', name: 'probability', params: { units: 1 } },
    ])
    const failure = await trainer.train({ ...templateProject('xor'), document }).catch((thrown) => thrown)
    expect(failure.code).toMatch(/^graph\./)
  })
})

describe('worked examples of the course', () => {
  const line = 'x,y\n0.6,1.1\n0.8,1.2\n1.1,2.1'
  const lineProject = (plan: Partial<Project['plan']>): Project =>
    textProject(
      line,
      [
        { type: 'input', name: 'x' },
        { type: 'dense', name: 'line', params: { units: 1 } },
        { type: 'output', name: 'y' },
      ],
      { batchSize: 3, ...plan },
      (description) => ({
        ...description,
        split: { ...description.split, test: 0, validation: 0, stratify: false },
        columns: description.columns.map((column) => ({ ...column, transform: 'none' })),
      }),
    )
  const sgd = (learningRate: number) => ({ type: 'sgd', params: { learningRate } })

  /** Weights of the line, and the memory it starts from: slope 1, intercept 0. */
  function weightOf({ model }: RunOutcome, path: string): number {
    const offset = model.compiled.weights.find((weight) => weight.path === path)?.offset as number
    return model.persistent[offset] as number
  }

  async function startingMemory(plan: Partial<Project['plan']>): Promise<Float32Array> {
    const { model } = await trainer.train(lineProject({ ...plan, epochs: 1 }))
    const memory = new Float32Array(model.compiled.persistentFloats)
    memory[model.compiled.weights.find(({ path }) => path === 'line/kernel')?.offset as number] = 1
    return memory
  }

  it('3: one step of gradient descent follows the analytic gradients of the squared residuals', async () => {
    const learningRate = 0.01
    const plan = { optimizer: sgd(learningRate), epochs: 1 }
    const outcome = await trainer.train({ ...lineProject(plan), initialPersistent: await startingMemory(plan) })
    const points = [
      [0.6, 1.1],
      [0.8, 1.2],
      [1.1, 2.1],
    ] as const
    const residuals = points.map(([x, y]) => y - x)
    const intercept = -2 * residuals.reduce((sum, r) => sum + r, 0)
    const slope = -2 * points.reduce((sum, [x], index) => sum + x * (residuals[index] as number), 0)
    // The course sums the squared residuals, Keras' loss is their mean: a third of each gradient.
    expect(weightOf(outcome, 'line/bias')).toBeCloseTo((-learningRate * intercept) / 3, 6)
    expect(weightOf(outcome, 'line/kernel')).toBeCloseTo(1 - (learningRate * slope) / 3, 6)
    expect(outcome.history[0]?.metrics.loss).toBeCloseTo((0.5 ** 2 + 0.4 ** 2 + 1) / 3, 6)
  })

  it('3: gradient descent converges to the least-squares line', async () => {
    const plan = { optimizer: sgd(0.3), epochs: 6000 }
    const outcome = await trainer.train({ ...lineProject(plan), initialPersistent: await startingMemory(plan) })
    const slope = 0.26333333 / 0.12666667
    expect(weightOf(outcome, 'line/kernel')).toBeCloseTo(slope, 3)
    expect(weightOf(outcome, 'line/bias')).toBeCloseTo(4.4 / 3 - (slope * 2.5) / 3, 3)
  })

  it('7: the first moving average is a tenth of the gradient, corrected it is the gradient', async () => {
    const learningRate = 0.5
    const plan = { optimizer: { type: 'adam', params: { learningRate, beta1: 0.9 } }, epochs: 1 }
    const outcome = await trainer.train({ ...lineProject(plan), initialPersistent: await startingMemory(plan) })
    const gradient = (-2 * (0.5 + 0.4 + 1)) / 3
    const { compiled, persistent } = outcome.model
    const slots = compiled.persistent.filter(({ role, name }) => role === 'slot' && name.includes('line/bias'))
    const averages = slots.map(({ offset }) => persistent[offset] as number)
    expect(averages).toHaveLength(2)
    expect(averages[0]).toBeCloseTo(0.1 * gradient, 6)
    expect((averages[0] as number) / (1 - 0.9)).toBeCloseTo(gradient, 5)
    // With both averages corrected the first step is the learning rate itself.
    expect(weightOf(outcome, 'line/bias')).toBeCloseTo(learningRate, 5)
  })
})

describe('numbers of a run', () => {
  it('are in the units of the source column, the loss apart', async () => {
    const project = withPlan(templateProject('diabetes'), { epochs: 5 })
    const outcome = await trainer.train(project)
    const report = await evaluateRows(native, outcome.model, project.table, outcome.split.validation)
    const shown = outcome.history.at(-1)?.metrics ?? {}
    expect(shown.validation_mean_absolute_error).toBeCloseTo(report.metrics.mae as number, 3)
    expect(report.metrics.mae).toBeGreaterThan(10)
    expect(shown.validation_loss).toBeLessThan(5)
  })

  it('know nothing of rows that do not train: other test rows, same weights', async () => {
    const project = templateProject('iris')
    const split = splitTable(project.table, project.description)
    const outcome = await trainer.train(project)
    const without = await trainer.train({ ...project, split: { ...split, test: new Int32Array() } })
    expect(without.model.persistent).toEqual(outcome.model.persistent)
    expect(without.model.fitted).toEqual(outcome.model.fitted)
  })
})
