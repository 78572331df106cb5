import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import { columnOf } from '../../../engine/data/table.ts'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { exportOnnx } from '../../../engine/export/onnx/export-onnx.ts'
import { decodeSafetensors } from '../../../engine/export/safetensors/safetensors.ts'
import { exportSafetensors } from '../../../engine/export/weights.ts'
import type { GraphDocument } from '../../../engine/graph/document.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { type Project, textProject } from './projects.ts'

const native = loadNative()

/** Two inputs with columns of their own, one shared trunk, a class and a number to predict. */
function forkedProject(): Project {
  const random = new Random(5, 99)
  const lines = Array.from({ length: 160 }, () => {
    const [a, b, c] = [random.normal(), random.normal() * 10, random.normal() + 50]
    return [a, b, c, a + b / 10 > 0 ? 'up' : 'down', 30 + 4 * a + (c - 50)].map(String).join(',')
  })
  const project = textProject(
    ['a,b,c,kind,y', ...lines].join('\n'),
    [],
    { epochs: 150, batchSize: 16 },
    (description) => ({
      ...description,
      split: { ...description.split, test: 0.2, validation: 0.2, stratify: false },
      columns: description.columns.map((column) =>
        column.name === 'kind' ? { ...column, role: 'target', transform: 'ordinal' } : column,
      ),
    }),
  )
  return {
    ...project,
    plan: { ...project.plan, optimizer: { type: 'adam', params: { learningRate: 0.01 } } },
    document,
  }
}

const layers: [name: string, type: string, params: Record<string, string | number | string[]>][] = [
  ['left', 'input', { columns: ['c'] }],
  ['right', 'input', { columns: ['b', 'a'] }],
  ['joined', 'concatenate', {}],
  ['trunk', 'dense', { units: 12, activation: 'tanh' }],
  ['class_layer', 'dense', { units: 2, activation: 'softmax' }],
  ['number_layer', 'dense', { units: 1 }],
  ['kind_output', 'output', { target: 'kind' }],
  ['y_output', 'output', { target: 'y', weight: 0.5 }],
]
const edges: [from: string, to: string, order: number][] = [
  ['left', 'joined', 0],
  ['right', 'joined', 1],
  ['joined', 'trunk', 0],
  ['trunk', 'class_layer', 0],
  ['trunk', 'number_layer', 0],
  ['class_layer', 'kind_output', 0],
  ['number_layer', 'y_output', 0],
]
const document: GraphDocument = {
  format: 2,
  nodes: Object.fromEntries(
    layers.map(([name, type, params], x) => [name, { id: name, type, name, params, position: { x, y: 0 } }]),
  ),
  edges: Object.fromEntries(
    edges.map(([from, to, order]) => {
      const port = to === 'joined' ? 'inputs' : 'input'
      return [
        `${from}-${to}`,
        { id: `${from}-${to}`, from: { node: from, port: 'output' }, to: { node: to, port }, order },
      ]
    }),
  ),
}

describe('a network with two inputs and two outputs', () => {
  const trained = createTrainer({ native }).train(forkedProject())

  it('learns both targets and reports each under its own name', async () => {
    const { model, split, metrics } = await trained
    const { table } = forkedProject()
    const report = await evaluateRows(native, model, table, split.test)
    expect(report.outputs.map(({ target, report }) => [target, report.kind])).toEqual([
      ['kind', 'classification'],
      ['y', 'regression'],
    ])
    expect(report.metrics['kind_output/accuracy']).toBeGreaterThan(0.85)
    expect(report.metrics['y_output/r2']).toBeGreaterThan(0.9)
    expect(Object.keys(metrics).filter((name) => !name.startsWith('validation_'))).toHaveLength(
      model.compiled.accumulators.length,
    )
    expect(new Set(model.compiled.accumulators).size).toBe(model.compiled.accumulators.length)
  })

  it('is exported whole: one input of source numbers, both outputs as the engine gives them', async () => {
    const { model, split } = await trained
    const { table, description } = forkedProject()
    const { compiled, persistent, fitted } = model
    const exported = exportOnnx({ compiled, persistent, fitted, name: 'forked', version: '0.0.0' })
    const [input] = exported.inputs
    const rows = split.test
    const cells = [...rows].flatMap((row) =>
      input!.columns.map((name) => {
        const column = columnOf(table, name)
        return column.type === 'numeric' ? (column.values[row] as number) : Number.NaN
      }),
    )
    const session = await InferenceSession.create(exported.bytes)
    const dims = [rows.length, input!.columns.length]
    const results = await session.run({ [input!.name]: new Tensor('float32', Float32Array.from(cells), dims) })
    const { outputs } = await predictTable(native, model, description, table, { rows })
    for (const [index, prediction] of outputs.entries()) {
      const expected = prediction.kind === 'classes' ? prediction.scores : prediction.values
      const scale = prediction.kind === 'classes' ? 1 : Math.max(...expected)
      const actual = results[exported.outputs[index]!.name]!.data as Float32Array
      expect(actual.length).toBe(expected.length)
      const worst = Math.max(...Array.from(actual, (value, at) => Math.abs(value - (expected[at] as number)))) / scale
      expect(worst, prediction.target).toBeLessThan(1e-5)
    }
  })

  it('gives its weights as safetensors under Keras paths, without optimiser slots', async () => {
    const { model } = await trained
    const { tensors } = decodeSafetensors(exportSafetensors(model.compiled, model.persistent))
    expect(tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ['trunk/kernel', [3, 12]],
      ['trunk/bias', [12]],
      ['class_layer/kernel', [12, 2]],
      ['class_layer/bias', [2]],
      ['number_layer/kernel', [12, 1]],
      ['number_layer/bias', [1]],
    ])
    const kernel = model.compiled.weights.find(({ path }) => path === 'trunk/kernel')
    expect(tensors[0]?.data).toEqual(model.persistent.slice(kernel!.offset, kernel!.offset + 36))
  })
})
