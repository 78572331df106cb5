import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { splitTable } from '../../../engine/data/split.ts'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { crossValidate } from '../../../engine/evaluation/kfold.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { reconstructedColumns } from '../../../engine/evaluation/reconstruction.ts'
import type { ReconstructionReport } from '../../../engine/evaluation/reconstruction-report.ts'
import { exportOnnx } from '../../../engine/export/onnx/export-onnx.ts'
import { exportPredictionsCsv } from '../../../engine/export/predictions-csv.ts'
import { loadNative } from '../../../engine/native/index.ts'
import type { Checkpoint } from '../../../engine/training/checkpoint.ts'
import { applyOverrides } from '../../../engine/training/override.ts'
import { runStateFromJson, runStateToJson } from '../../../engine/training/run-state.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { TrainingControl } from '../../../engine/training/trainer-control.ts'
import { type Project, templateProject, textProject } from './projects.ts'

const native = loadNative()
const train = (project: Project) => createTrainer({ native }).train(project)
const short = (project: Project, epochs: number): Project => ({ ...project, plan: { ...project.plan, epochs } })

/** Two numbers on a line and a third that is their mean, and no column to predict. */
function line(change = {}): Project {
  const rows = Array.from({ length: 64 }, (_, row) => {
    const a = Math.sin(row * 1.7)
    const b = 40 + 10 * Math.cos(row)
    return [a, b, (a + b) / 2].map((value) => value.toFixed(4)).join(',')
  })
  const layers = [
    { type: 'input', name: 'numbers' },
    { type: 'dense', name: 'code', params: { units: 2 } },
    { type: 'dense', name: 'back', params: { units: 3 } },
    { type: 'output', name: 'out', params: { target: 'input:numbers' } },
  ]
  const plan = { epochs: 150, batchSize: 8, optimizer: { type: 'adam', params: { learningRate: 0.02 } }, ...change }
  return textProject(`a,b,y\n${rows.join('\n')}`, layers, plan, (description) => ({
    ...description,
    columns: description.columns.map((column) => ({ ...column, role: 'feature', missing: 'mean' })),
  }))
}

describe('an autoencoder', () => {
  it('learns from a table without a target column what a code of two numbers can keep', async () => {
    const project = line()
    expect(project.description.columns.map(({ role }) => role)).toEqual(['feature', 'feature', 'feature'])
    const { metrics, history, model } = await train(project)
    expect(history[0]?.metrics.loss).toBeGreaterThan(0.3)
    expect(metrics.loss).toBeLessThan(0.002)
    expect(model.compiled.slots.map(({ kind }) => kind)).toEqual(['input'])
    const { outputs } = await evaluateRows(native, model, project.table, project.split.test)
    expect(outputs[0]?.report).toMatchObject({ kind: 'reconstruction', threshold: null, auroc: null, labels: [] })
  })

  it('predicts what it gives back in source units, with the error of each row', async () => {
    const project = line()
    const { model } = await train(project)
    const predictions = await predictTable(native, model, project.description, project.table)
    const [given] = predictions.outputs
    if (given?.kind !== 'reconstruction') throw new Error('no reconstruction')
    expect(given.columns.map(({ name }) => name)).toEqual(['a', 'b', 'y'])
    const column = project.table.columns[1]!
    const b = column.type === 'numeric' ? column.values : []
    const off = Array.from(b, (value, row) => Math.abs(value - given.values[3 * row + 1]!))
    expect(Math.max(...off)).toBeLessThan(1.5)
    const report = await evaluateRows(native, model, project.table, predictions.rows)
    const mean = given.errors.reduce((sum, error) => sum + error, 0) / given.errors.length
    expect(mean).toBeCloseTo(report.metrics.mse!, 10)
    expect(mean).toBeCloseTo(report.loss, 6)
    const [header] = exportPredictionsCsv(project.table, predictions).split('\n')
    expect(header?.trim()).toBe('a,b,y,reconstruction_error,reconstructed_a,reconstructed_b,reconstructed_y')
  })

  it('is exported to ONNX with source units on both sides', async () => {
    const project = line()
    const { model } = await train(project)
    const { compiled, persistent, fitted } = model
    const reconstructed = reconstructedColumns(model)
    const exported = exportOnnx({ compiled, persistent, fitted, reconstructed, name: 'line', version: '0.0.0' })
    const session = await InferenceSession.create(exported.bytes)
    const rows = project.table.columns.map((column) => (column.type === 'numeric' ? column.values : []))
    const cells = Float32Array.from({ length: 64 * 3 }, (_, at) => rows[at % 3]![Math.floor(at / 3)] as number)
    const results = await session.run({ features: new Tensor('float32', cells, [64, 3]) })
    const { outputs } = await predictTable(native, model, project.description, project.table)
    const ours = outputs[0]?.kind === 'reconstruction' ? outputs[0].values : []
    const theirs = Object.values(results)[0]?.data as Float32Array
    expect(theirs.length).toBe(ours.length)
    for (const [at, value] of theirs.entries()) expect(value).toBeCloseTo(ours[at]!, 3)
  })

  it('counts each row as much as a column of weights says', async () => {
    const weighted = (sampleWeight: string) => train(line({ sampleWeight, epochs: 1, batchSize: 38 }))
    const [plain, heavy] = await Promise.all(['', 'b'].map(weighted))
    expect(heavy!.history[0]!.metrics.loss! / plain!.history[0]!.metrics.loss!).toBeGreaterThan(20)
  })

  it('can give back another Input than the one it reads', async () => {
    const project = line({ epochs: 200 })
    const nodes = { ...project.document.nodes }
    nodes.numbers = { ...nodes.numbers!, params: { columns: ['a', 'b'] } }
    nodes.mean = { ...nodes.numbers, id: 'mean', name: 'mean', params: { columns: ['y'] } }
    nodes.back = { ...nodes.back!, params: { units: 1 } }
    nodes.out = { ...nodes.out!, params: { target: 'input:mean' } }
    const { metrics } = await train({ ...project, document: { ...project.document, nodes } })
    expect(metrics.loss).toBeLessThan(0.001)
  })

  it('is cross-validated by the errors of its reconstruction', async () => {
    const project = line({ epochs: 60 })
    const report = await crossValidate(native, { ...project, folds: { k: 3 } })
    expect(Object.keys(report.metrics)).toEqual(['loss', 'mse', 'rmse', 'mae'])
    expect(report.metrics.rmse?.mean).toBeLessThan(0.3)
  })
})

const templates = ['autoencoder', 'denoising-autoencoder', 'convolutional-autoencoder', 'anomaly-detection']

describe('the autoencoder templates', () => {
  it.each(templates)(
    '%s gives the same bits on 1, 2 and 4 threads and after it was stopped and resumed',
    async (id) => {
      const project = short(templateProject(id), 2)
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
    },
  )

  it('the dense one explains most of what differs between digits through eight numbers', async () => {
    const project = templateProject('autoencoder')
    const { model } = await train(project)
    const { metrics } = await evaluateRows(native, model, project.table, project.split.test)
    // The pixels' own variance is 0.075 on average, so much is the mean image off.
    expect(metrics.mse).toBeLessThan(0.028)
  })

  it('the denoising one completes images that were damaged as in training better than they come', async () => {
    const project = short(templateProject('denoising-autoencoder'), 30)
    const { model } = await train(project)
    const damaged = { ...project.table, columns: project.table.columns.map((column, index) => {
      if (column.type !== 'numeric') return column
      return { ...column, values: column.values.map((value, row) => ((row * 31 + index * 17) % 10 < 3 ? 0 : value)) }
    }) } // biome-ignore format: one table
    const clean = project.table.columns.flatMap((column) => (column.type === 'numeric' ? [column.values] : []))
    const noisy = damaged.columns.flatMap((column) => (column.type === 'numeric' ? [column.values] : []))
    const { outputs } = await predictTable(native, model, project.description, damaged, { rows: project.split.test })
    if (outputs[0]?.kind !== 'reconstruction') throw new Error('no reconstruction')
    const { columns, values } = outputs[0]
    let before = 0
    let after = 0
    for (const [index, row] of project.split.test.entries())
      for (let pixel = 0; pixel < columns.length; pixel += 1) {
        before += (noisy[pixel]![row]! - clean[pixel]![row]!) ** 2
        after += (values[index * columns.length + pixel]! - clean[pixel]![row]!) ** 2
      }
    expect(after).toBeLessThan(0.6 * before)
  })

  it('the detector has never seen the digit whose rows it finds', async () => {
    const project = templateProject('anomaly-detection')
    const digit = project.table.columns.at(-1)!
    const isSix = (row: number) => digit.type === 'categorical' && digit.labels[digit.codes[row]!] === '6'
    const { train: learned, validation, test } = project.split
    expect([...learned, ...validation].some(isSix)).toBe(false)
    expect(test.filter(isSix).length).toBe(181)
    const { model } = await train(project)
    const { outputs, metrics } = await evaluateRows(native, model, project.table, test, {
      references: [{ name: 'validation', rows: validation }],
      anomalies: project.description.split.heldOut,
    })
    const report = outputs[0]?.report as ReconstructionReport
    expect(metrics.auroc).toBeGreaterThanOrEqual(0.85)
    expect(report.detected).toBeGreaterThan(5 * report.falseAlarms!)
    expect(report.falseAlarms).toBeLessThan(0.12)
    expect(report.labels.find(({ label }) => label === '6')).toMatchObject({ rows: 181 })
    expect(report.distributions.map(({ name, rows }) => [name, rows])).toEqual([
      ['validation', validation.length],
      ['ordinary rows', test.length - 181],
      ['anomalies: 6', 181],
    ])
  })

  it('the detector finds nothing odd when the digit was trained on like the others', async () => {
    const project = templateProject('anomaly-detection')
    const changed = applyOverrides(project, { 'data.split.heldOut': [] })
    const description = changed.description!
    const seen = { ...project, description, split: splitTable(project.table, description) }
    const { model } = await train(seen)
    const { metrics } = await evaluateRows(native, model, project.table, seen.split.test, { anomalies: ['6'] })
    expect(metrics.auroc).toBeLessThan(0.65)
  })
})
