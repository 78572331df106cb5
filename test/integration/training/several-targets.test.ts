import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import type { DatasetDescription } from '../../../engine/data/dataset.ts'
import { encodeTarget } from '../../../engine/data/preprocess.ts'
import { columnOf } from '../../../engine/data/table.ts'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { crossValidate } from '../../../engine/evaluation/kfold.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { exportOnnx } from '../../../engine/export/onnx/export-onnx.ts'
import { exportPredictionsCsv } from '../../../engine/export/predictions-csv.ts'
import { loadNative } from '../../../engine/native/index.ts'
import type { ChainLayer } from '../../../engine/templates/chain.ts'
import { createTrainer, type TrainedModel } from '../../../engine/training/trainer.ts'
import { type Project, textProject } from './projects.ts'

const native = loadNative()

/** Every column named is a target, a categorical one by class number. */
function targeting(...names: string[]) {
  return (description: DatasetDescription): DatasetDescription => ({
    ...description,
    split: { ...description.split, test: 0.25, validation: 0.1, stratify: false },
    columns: description.columns.map((column) => {
      if (!names.includes(column.name)) return column
      return { ...column, role: 'target', ...(column.type === 'categorical' ? { transform: 'ordinal' } : {}) }
    }),
  })
}

function lines(count: number, line: (a: number, b: number, noise: number) => (string | number)[]): string[] {
  const random = new Random(11, 98)
  return Array.from({ length: count }, () => line(random.normal(), random.normal(), random.normal()).join(','))
}

const plan = { epochs: 60, batchSize: 16, optimizer: { type: 'adam', params: { learningRate: 0.01 } } }
const network = (units: number, activation: string, output: ChainLayer['params']): ChainLayer[] => [
  { type: 'input', name: 'in' },
  { type: 'dense', name: 'hidden', params: { units: 12, activation: 'tanh' } },
  { type: 'dense', name: 'last', params: { units, activation } },
  { type: 'output', name: 'out', params: output },
]

/** Two labels that hold or not by themselves, and one that is nearly always false. */
function labelled(): Project {
  const yes = (holds: boolean) => (holds ? 'yes' : 'no')
  const rows = lines(240, (a, b, noise) => [a, b, yes(a + 0.3 * noise > 0), yes(b > 0.2), yes(a + b > 1.6)])
  const output = { targets: ['y', 'tall', 'rare'], metricList: ['macro_f1', 'micro_f1', 'log_loss'] }
  const csv = ['a,b,y,tall,rare', ...rows].join('\n')
  return textProject(csv, network(3, 'sigmoid', output), plan, targeting('y', 'tall', 'rare'))
}

/** Two numbers of very different size. */
function measured(): Project {
  const rows = lines(240, (a, b, noise) => [a, b, 2 * a - b + 0.05 * noise, 5000 + 800 * b + 20 * noise])
  const output = { targets: ['y', 'weight'], metricList: ['r2_score'] }
  return textProject(['a,b,y,weight', ...rows].join('\n'), network(2, 'linear', output), plan, targeting('y', 'weight'))
}

/** What ONNX Runtime makes of the exported model. */
async function runExported({ compiled, persistent, fitted }: TrainedModel, { table }: Project, rows: Int32Array) {
  const exported = exportOnnx({ compiled, persistent, fitted, name: 'several', version: '0.0.0' })
  const [input] = exported.inputs
  const columns = input!.columns.map((name) => columnOf(table, name))
  const cells = [...rows].flatMap((row) =>
    columns.map((column) => (column.type === 'numeric' ? (column.values[row] as number) : Number.NaN)),
  )
  const session = await InferenceSession.create(exported.bytes)
  const feed = new Tensor('float32', Float32Array.from(cells), [rows.length, columns.length])
  const results = await session.run({ [input!.name]: feed })
  return { output: exported.outputs[0]!, data: results[exported.outputs[0]!.name]!.data as Float32Array }
}

describe('one Output of three labels', () => {
  const project = labelled()
  const trained = createTrainer({ native }).train(project)

  it('learns them under one binary cross-entropy and follows averages over the labels', async () => {
    const { model, metrics } = await trained
    expect(model.compiled.slots.map(({ kind, columns, rowShape }) => [kind, columns, rowShape])).toEqual([
      ['input', ['a', 'b'], [2]],
      ['target', ['y', 'tall', 'rare'], [3]],
    ])
    expect(model.objectives[0]?.loss.type).toBe('binary_crossentropy')
    expect(metrics.accuracy).toBeGreaterThan(0.9)
    expect(metrics.macro_f1).toBeGreaterThan(0.85)
    expect(metrics.log_loss).toBeCloseTo(metrics.loss as number, 6)
  })

  it('reports each label, and averages as scikit-learn has them', async () => {
    const { model, split } = await trained
    const report = await evaluateRows(native, model, project.table, split.test)
    expect(report.outputs.map(({ output, target, report }) => [output, target, report.kind])).toEqual([
      ['out', 'y', 'classification'],
      ['out', 'tall', 'classification'],
      ['out', 'rare', 'classification'],
    ])
    const { outputs } = await predictTable(native, model, project.description, project.table, { rows: split.test })
    const told = outputs.map((each) => (each.kind === 'classes' ? each.predicted : new Int32Array()))
    const truth = ['y', 'tall', 'rare'].map((column) => encodeTarget(project.table, model.fitted, column).data)
    const counts = truth.map((data, k) => {
      const at = (predicted: number, actual: number) =>
        [...split.test].filter((row, place) => told[k]![place] === predicted && data[row] === actual).length
      return { hits: at(1, 1), alarms: at(1, 0), missed: at(0, 1) }
    })
    const f1 = counts.map(({ hits, alarms, missed }) => (hits ? (2 * hits) / (2 * hits + alarms + missed) : 0))
    const sum = (key: 'hits' | 'alarms' | 'missed') => counts.reduce((total, each) => total + each[key], 0)
    const { metrics } = report
    expect(metrics.f1_macro).toBeCloseTo((f1[0]! + f1[1]! + f1[2]!) / 3, 12)
    expect(metrics.f1_micro).toBeCloseTo((2 * sum('hits')) / (2 * sum('hits') + sum('alarms') + sum('missed')), 12)
    const wrong = sum('alarms') + sum('missed')
    expect(metrics.accuracy).toBeCloseTo(1 - wrong / (3 * split.test.length), 12)
    const right = [...split.test].filter((row, place) => truth.every((data, k) => data[row] === told[k]![place]))
    expect(metrics.exact_match).toBeCloseTo(right.length / split.test.length, 12)
    expect(metrics['tall/f1']).toBeCloseTo(f1[1]!, 12)
    expect(metrics['rare/f1']).toBeLessThanOrEqual(1)
  })

  it('predicts a column and probabilities for each label', async () => {
    const { model, split } = await trained
    const { description, table } = project
    const predictions = await predictTable(native, model, description, table, { rows: split.test })
    const [header, first] = exportPredictionsCsv(table, predictions).split('\n')
    expect(header?.split(',').slice(5)).toEqual([
      ...['predicted_y', 'probability_y_no', 'probability_y_yes'],
      ...['predicted_tall', 'probability_tall_no', 'probability_tall_yes'],
      ...['predicted_rare', 'probability_rare_no', 'probability_rare_yes'],
    ])
    const cells = first?.split(',') ?? []
    expect(Number(cells[6]) + Number(cells[7])).toBeCloseTo(1, 6)
  })

  it('is exported with a unit for each label', async () => {
    const { model, split } = await trained
    const { output, data } = await runExported(model, project, split.test)
    expect(output.columns?.map(({ name, categories }) => [name, categories])).toEqual(
      ['y', 'tall', 'rare'].map((name) => [name, ['no', 'yes']]),
    )
    const options = { rows: split.test }
    const { outputs } = await predictTable(native, model, project.description, project.table, options)
    for (const [unit, prediction] of outputs.entries())
      for (let row = 0; row < split.test.length; row += 1)
        expect(data[row * 3 + unit]).toBeCloseTo(
          prediction.kind === 'classes' ? prediction.scores[2 * row + 1]! : -1,
          5,
        )
  })

  it('is cross-validated with all scores', async () => {
    const { metrics, folds } = await crossValidate(native, {
      ...project,
      plan: { ...project.plan, epochs: 5 },
      folds: { k: 3 },
    })
    expect(folds).toHaveLength(3)
    for (const name of ['exact_match', 'f1_macro', 'y/f1', 'tall/auroc']) expect(metrics[name]?.folds).toHaveLength(3)
  })
})

describe('one Output of two numbers', () => {
  const project = measured()
  const trained = createTrainer({ native }).train(project)

  it('reports each in its own units, and their mean', async () => {
    const { model, split, metrics } = await trained
    const { metrics: scores } = await evaluateRows(native, model, project.table, split.test)
    expect(scores['y/r2']).toBeGreaterThan(0.95)
    expect(scores['weight/r2']).toBeGreaterThan(0.95)
    expect(scores.r2).toBeCloseTo((scores['y/r2']! + scores['weight/r2']!) / 2, 12)
    expect(scores['weight/mae']).toBeGreaterThan(5)
    expect(scores['weight/mae']).toBeLessThan(300)
    expect(scores.mae).toBeCloseTo((scores['y/mae']! + scores['weight/mae']!) / 2, 9)
    expect(metrics.r2_score).toBeGreaterThan(0.95)
    // Errors of columns on different scales are followed in the units that the network sees.
    expect(metrics.mean_absolute_error).toBeLessThan(0.3)
  })

  it('predicts, and is exported, in source units', async () => {
    const { model, split } = await trained
    const { description, table } = project
    const predictions = await predictTable(native, model, description, table, { rows: split.test })
    const { data } = await runExported(model, project, split.test)
    for (const [unit, prediction] of predictions.outputs.entries())
      for (let row = 0; row < split.test.length; row += 1) {
        const ours = prediction.kind === 'numeric' ? prediction.values[row]! : Number.NaN
        expect(Math.abs(data[row * 2 + unit]! - ours) / (1 + Math.abs(ours))).toBeLessThan(1e-5)
      }
    const header = exportPredictionsCsv(table, predictions).split('\n')[0]
    expect(header).toBe('a,b,y,weight,predicted_y,predicted_weight')
  })
})
