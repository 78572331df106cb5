import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { encodeFeatures } from '../../../engine/data/preprocess.ts'
import type { GenerationReport } from '../../../engine/evaluation/generation-report.ts'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { reconstructedColumns } from '../../../engine/evaluation/reconstruction.ts'
import { exportOnnx } from '../../../engine/export/onnx/export-onnx.ts'
import { exportPredictionsCsv } from '../../../engine/export/predictions-csv.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { loadNative } from '../../../engine/native/index.ts'
import type { Checkpoint } from '../../../engine/training/checkpoint.ts'
import { HealthMonitor, healthRulesOf } from '../../../engine/training/health/index.ts'
import { parsePlan } from '../../../engine/training/plan.ts'
import { runStateFromJson, runStateToJson } from '../../../engine/training/run-state.ts'
import { createTrainer, type TrainedModel } from '../../../engine/training/trainer.ts'
import { TrainingControl } from '../../../engine/training/trainer-control.ts'
import { type Project, templateProject } from './projects.ts'

const native = loadNative()
const train = (project: Project) => createTrainer({ native }).train(project)
const withPlan = (project: Project, plan: Partial<Project['plan']>): Project => ({
  ...project,
  plan: { ...project.plan, ...plan },
})

const gan = templateProject('gan-digits')
const classifier = templateProject('digits')

async function reportOf(model: TrainedModel): Promise<GenerationReport> {
  const { outputs } = await evaluateRows(native, model, gan.table, gan.split.test)
  return outputs[0]?.report as GenerationReport
}

/** Generated samples as a table like that of the digits. */
async function generate(model: TrainedModel) {
  const { outputs } = await predictTable(native, model, gan.description, gan.table, { rows: gan.split.test })
  if (outputs[0]?.kind !== 'generation') throw new Error('nothing was generated')
  const { columns, values } = outputs[0]
  const rowCount = gan.split.test.length
  const numbers = columns.map(({ name }, offset) => ({
    name,
    type: 'numeric' as const,
    values: Float64Array.from({ length: rowCount }, (_, row) => values[row * columns.length + offset]!),
  }))
  const pixels = gan.table.columns.filter((column) => column.type === 'numeric').map(({ name }) => name)
  const known = new Map(numbers.map((column) => [column.name, column]))
  return { rowCount, columns: pixels.map((name) => known.get(name) ?? { ...numbers[0]!, name, values: new Float64Array(rowCount) }) } // biome-ignore format: one table
}

describe('a GAN on digits', () => {
  it.each([1, 2])('draws what is closer to real digits, by its moments and to a classifier (seed %i)', async (seed) => {
    const before = (await train(withPlan(gan, { epochs: 1, seed }))).model
    const after = (await train(withPlan(gan, { epochs: 200, seed }))).model
    const [first, last] = [await reportOf(before), await reportOf(after)]
    expect(last.meanDistance).toBeLessThan(0.4 * first.meanDistance!)
    expect(last.deviationDistance).toBeLessThan(0.5 * first.deviationDistance!)
    // A judge that is neither blind nor wins.
    expect(last.realAccuracy + last.generatedAccuracy).toBeGreaterThan(0.7)
    expect(last.generatedAccuracy).toBeLessThan(0.95)

    const judge = (await train(withPlan(classifier, { epochs: 25 }))).model
    /** Salimans et al. 2016: exp of the mean divergence of what the classifier says of one sample from what it says of all. */
    const inceptionScore = async (model: TrainedModel) => {
      const table = await generate(model)
      const { outputs } = await predictTable(native, judge, classifier.description, table)
      if (outputs[0]?.kind !== 'classes') throw new Error('no classes')
      const { scores, classes } = outputs[0]
      const k = classes.length
      const overall = classes.map(
        (_, c) => scores.reduce((sum, p, at) => sum + (at % k === c ? p : 0), 0) / table.rowCount,
      )
      const divergence = scores.reduce((sum, p, at) => sum + (p > 0 ? p * Math.log(p / overall[at % k]!) : 0), 0)
      return Math.exp(divergence / table.rowCount)
    }
    expect(await inceptionScore(after)).toBeGreaterThan(4)
    expect(await inceptionScore(before)).toBeLessThan(2.5)
  })

  it('gives the same bits on 1, 2 and 4 threads and after it was stopped and resumed', async () => {
    const project = withPlan(gan, { epochs: 3 })
    const whole = await createTrainer({ native }).train({ ...project, threads: 1 })
    for (const threads of [2, 4]) {
      const other = await createTrainer({ native }).train({ ...project, threads })
      expect(other.model.persistent).toEqual(whole.model.persistent)
      expect(other.history.map(({ metrics }) => metrics)).toEqual(whole.history.map(({ metrics }) => metrics))
    }
    const control = new TrainingControl()
    const stopped = await createTrainer({ native }).train({
      ...project,
      control,
      onEvent: (event) => event.type === 'epochs' && control.stop(),
      save: () => {},
    })
    const { last } = stopped
    const stored: Checkpoint = { ...last, state: runStateFromJson(runStateToJson(last.state)) }
    const resumeFrom = { last: stored, history: stopped.history }
    const resumed = await createTrainer({ native }).train({ ...project, threads: 2, resumeFrom })
    expect(resumed.model.persistent).toEqual(whole.model.persistent)
  })

  it('is followed by both losses and by what the discriminator gets right', async () => {
    const { history, model } = await train(withPlan(gan, { epochs: 2 }))
    const names = ['loss', 'discriminator_loss', 'generator_loss', 'real_accuracy', 'generated_accuracy']
    expect(Object.keys(history[0]!.metrics)).toEqual([...names, ...names.map((name) => `validation_${name}`)])
    for (const { metrics } of history)
      expect(metrics.discriminator_loss! + metrics.generator_loss!).toBeCloseTo(metrics.loss!, 5)
    expect(model.compiled.slots.map(({ kind }) => kind)).toEqual(['input'])
  })

  it('has no best epoch and is told nothing about a loss that does not fall', async () => {
    const warnings: string[] = []
    const outcome = await createTrainer({ native }).train({
      ...withPlan(gan, { epochs: 40 }),
      onEvent: (event) => event.type === 'warning' && warnings.push(event.warning.rule),
    })
    expect(outcome.best).toBeNull()
    expect(outcome.restored).toBe('last')
    const ordinary = healthRulesOf(false).map(({ id }) => id)
    expect(warnings.filter((rule) => ordinary.includes(rule))).toEqual([])
    // What would be said of such a loss otherwise.
    expect(new HealthMonitor(healthRulesOf(false)).check(outcome.history)).not.toEqual([])
  })

  it('trains the generator by an optimiser of its own, which may be the same', async () => {
    const optimizer = { type: 'adam', params: { learningRate: 0.0002, beta1: 0.5 } }
    const schedule = { type: 'one_cycle', params: {} }
    const weights = async (generatorOptimizer: unknown) =>
      (await train(withPlan(gan, parsePlan({ epochs: 2, batchSize: 64, optimizer, schedule, generatorOptimizer })))).model.persistent // biome-ignore format: one call
    const same = await weights('same')
    // The defaults of a generator's Adam are those of DCGAN.
    expect(await weights('adam')).toEqual(same)
    expect(await weights({ type: 'adam', params: { learningRate: 0.0003 } })).not.toEqual(same)
    expect((await weights('sgd')).length).toBeLessThan(same.length)
  })

  it.each([
    [{ earlyStopping: { ...gan.plan.earlyStopping, enabled: true } }, 'earlyStopping.enabled'],
    [{ schedule: { type: 'reduce_on_plateau', params: {} } }, 'schedule'],
    [{ sampleWeight: 'pixel_0_0' }, 'sampleWeight'],
  ] as [Partial<Project['plan']>, string][])('refuses a plan with %j', async (plan, path) => {
    const where = `training.${path}`
    const changed = withPlan(gan, plan)
    await expect(train(changed)).rejects.toMatchObject({ details: { code: 'training.adversarial', where } })
    const found = validateDocument(changed.document, { plan: changed.plan })
    expect(found).toContainEqual(expect.objectContaining({ severity: 'error', code: 'training.adversarial', where }))
  })

  it('predicts generated samples in source units, the same each time', async () => {
    const { model } = await train(withPlan(gan, { epochs: 1 }))
    const predict = () =>
      predictTable(native, model, gan.description, gan.table, { rows: gan.split.test.subarray(0, 5) })
    const predictions = await predict()
    const [header, ...rows] = exportPredictionsCsv(gan.table, predictions).trim().split('\n')
    expect(header).toMatch(/^generated_pixel_0_0,generated_pixel_0_1,/)
    expect(rows).toHaveLength(5)
    expect(new Set(rows).size).toBe(5)
    expect(await predict()).toEqual(predictions)
  })

  it('is exported as its generator, the noise being the only input', async () => {
    const { model } = await train(withPlan(gan, { epochs: 1 }))
    const { compiled, persistent, fitted } = model
    const reconstructed = reconstructedColumns(model)
    const exported = exportOnnx({ compiled, persistent, fitted, reconstructed, name: 'gan', version: '0.0.0' })
    expect(exported.inputs).toEqual([{ name: 'noise', kind: 'noise', columns: [] }])
    const session = await InferenceSession.create(exported.bytes)
    const random = new Random(3, 1)
    const noise = Float32Array.from({ length: 200 * 16 }, () => random.normal())
    const results = await session.run({ noise: new Tensor('float32', noise, [200, 16]) })
    const drawn = Object.values(results)[0]!
    expect(drawn.dims).toEqual([200, 64])
    // Other noise, the same generator: means of single pixels agree up to chance.
    const table = await generate(model)
    const { data, width } = encodeFeatures(gan.table, fitted)
    expect(width * gan.table.rowCount).toBe(data.length)
    for (const pixel of [20, 35]) {
      const theirs = Array.from({ length: 200 }, (_, row) => (drawn.data as Float32Array)[row * 64 + pixel]!)
      const column = table.columns.find(({ name }) => name === `pixel_${pixel >> 3}_${pixel & 7}`)!
      const mean = (values: ArrayLike<number>) =>
        Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
      expect(Math.abs(mean(theirs) - mean(column.values))).toBeLessThan(0.5)
    }
  })
})
