import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import type { Table } from '../../../engine/data/dataset.ts'
import { cellText, columnOf } from '../../../engine/data/table.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { exportOnnx, type OnnxExport } from '../../../engine/export/onnx/export-onnx.ts'
import { operatorFor, operators } from '../../../engine/export/onnx/operators.ts'
import { decodeModel } from '../../../engine/export/onnx/schema.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { ops } from '../../../engine/ops/registry.ts'
import { createTrainer, type RunOutcome } from '../../../engine/training/trainer.ts'
import { type Project, templateProject, textProject } from './projects.ts'

const native = loadNative()

async function trainAndExport(project: Project): Promise<{ outcome: RunOutcome; exported: OnnxExport }> {
  const outcome = await createTrainer({ native }).train(project)
  const { compiled, persistent, fitted } = outcome.model
  return { outcome, exported: exportOnnx({ compiled, persistent, fitted, name: 'test', version: '0.0.0' }) }
}

/** Feeds source cells, as a user of the file would. */
async function runOnnx(exported: OnnxExport, table: Table, rows: Int32Array): Promise<Float32Array[]> {
  const session = await InferenceSession.create(exported.bytes)
  const feeds: Record<string, Tensor> = {}
  for (const { name, kind, columns } of exported.inputs) {
    const dims = [rows.length, columns.length]
    const cells = [...rows].flatMap((row) => columns.map((column) => cellText(columnOf(table, column), row)))
    feeds[name] =
      kind === 'labels'
        ? new Tensor('string', cells.map(String), dims)
        : new Tensor(
            'float32',
            Float32Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
            dims,
          )
  }
  const results = await session.run(feeds)
  return exported.outputs.map(({ name }) => results[name]?.data as Float32Array)
}

/** The numbers the engine gives for the same rows: class scores, or values in source units. */
async function runEngine(project: Project, outcome: RunOutcome, rows: Int32Array): Promise<Float64Array> {
  const { outputs } = await predictTable(native, outcome.model, project.description, project.table, { rows })
  const [prediction] = outputs
  return prediction?.kind === 'classes' ? prediction.scores : (prediction?.values ?? new Float64Array())
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - (b[index] as number))))
}

describe('an exported ONNX model', () => {
  it.each(['iris', 'wine', 'digits', 'digits-cnn'])(
    'gives the class probabilities of the engine on the test rows of %s',
    async (id) => {
      const project = templateProject(id)
      const { outcome, exported } = await trainAndExport(project)
      const { test } = outcome.split
      const [probabilities] = await runOnnx(exported, project.table, test)
      expect(test.length).toBeGreaterThan(20)
      expect(largestDifference(probabilities!, await runEngine(project, outcome, test))).toBeLessThan(1e-5)
      expect(exported.outputs[0]?.classes).toEqual(outcome.model.signature.targets[0]?.classes)
    },
  )

  it('gives the probability of the second class when there is one unit', async () => {
    const project = templateProject('breast-cancer')
    const { outcome, exported } = await trainAndExport(project)
    const { test } = outcome.split
    const [positive] = await runOnnx(exported, project.table, test)
    const scores = await runEngine(project, outcome, test)
    const expected = scores.length === positive!.length ? scores : scores.filter((_, index) => index % 2 === 1)
    expect(largestDifference(positive!, expected)).toBeLessThan(1e-5)
  })

  it('gives numbers in source units, to 1e-5 of the standard deviation of the target', async () => {
    const project = templateProject('diabetes')
    const { outcome, exported } = await trainAndExport(project)
    const { test } = outcome.split
    const [values] = await runOnnx(exported, project.table, test)
    const deviation = 1 / outcome.model.fitted.targets[0]!.scale
    expect(deviation).toBeGreaterThan(10)
    expect(largestDifference(values!, await runEngine(project, outcome, test)) / deviation).toBeLessThan(1e-5)
  })

  it('says missing numbers, one-hot and ordinal labels, and every layer as the engine does', async () => {
    const colours = ['red', 'green', 'blue']
    const lines = Array.from({ length: 60 }, (_, row) => {
      const a = row % 7 === 3 ? '' : (Math.sin(row) * 20 + 100).toFixed(3)
      const b = (Math.cos(row * 3) / 50).toFixed(5)
      return [a, colours[row % 3], b, ['small', 'large'][row % 2], (row * 0.37 + (row % 3) * 5).toFixed(2)].join(',')
    })
    const layers = [
      'relu',
      'sigmoid',
      'tanh',
      'leaky_relu',
      'elu',
      'selu',
      'gelu',
      'softplus',
      'silu',
      'step',
      'softmax',
    ]
    const project = textProject(
      ['a,colour,b,size,y', ...lines].join('\n'),
      [
        { type: 'input', name: 'features', params: { columns: ['b', 'size', 'colour', 'a'] } },
        { type: 'dense', name: 'first', params: { units: 12, activation: 'relu' } },
        { type: 'batch_normalization', name: 'normal' },
        { type: 'prelu', name: 'slope' },
        { type: 'dropout', name: 'drop', params: { rate: 0.1 } },
        { type: 'reshape', name: 'square', params: { targetShape: [3, 4] } },
        { type: 'dense', name: 'rows', params: { units: 4, activation: 'tanh' } },
        { type: 'batch_normalization', name: 'normal_rows' },
        { type: 'flatten', name: 'flat' },
        ...layers.map((activation) => ({ type: 'activation', name: `act_${activation}`, params: { activation } })),
        { type: 'dense', name: 'last', params: { units: 1 } },
        { type: 'output', name: 'answer' },
      ],
      { epochs: 5, batchSize: 8 },
      (description) => ({
        ...description,
        columns: description.columns.map((column) =>
          column.name === 'size'
            ? { ...column, transform: 'ordinal', categories: ['small', 'large'] }
            : column.name === 'a'
              ? { ...column, missing: 'median' }
              : column,
        ),
      }),
    )
    const { outcome, exported } = await trainAndExport(project)
    const rows = Int32Array.from({ length: 60 }, (_, row) => row)
    expect(exported.inputs).toEqual([
      { name: 'features', kind: 'numbers', columns: ['a', 'b'] },
      { name: 'colour', kind: 'labels', columns: ['colour'] },
      { name: 'size', kind: 'labels', columns: ['size'] },
    ])
    const [values] = await runOnnx(exported, project.table, rows)
    const deviation = 1 / outcome.model.fitted.targets[0]!.scale
    expect(largestDifference(values!, await runEngine(project, outcome, rows)) / deviation).toBeLessThan(1e-5)
  })

  it('takes any number of rows and gives each the same answer alone', async () => {
    const project = templateProject('iris')
    const { exported } = await trainAndExport(project)
    const rows = Int32Array.of(0, 60, 120)
    const [together] = await runOnnx(exported, project.table, rows)
    const alone: number[] = []
    for (const row of rows) alone.push(...(await runOnnx(exported, project.table, Int32Array.of(row)))[0]!)
    expect(largestDifference(together!, alone)).toBeLessThan(1e-6)
  })

  it('tells in its metadata what goes in and out', async () => {
    const { exported } = await trainAndExport(templateProject('iris'))
    const model = decodeModel(exported.bytes)
    const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, JSON.parse(value)]))
    expect(model).toMatchObject({ producerName: 'Lamina', irVersion: 8 })
    expect(model.opsetImport.map(({ version }) => version)).toEqual([17])
    expect(metadata['lamina.outputs'][0].classes).toEqual(['setosa', 'versicolor', 'virginica'])
    expect(metadata['lamina.inputs'][0].columns).toHaveLength(4)
    expect(metadata['lamina.preprocessing'].features[0]).toMatchObject({ transform: 'standardize' })
  })

  it('has a mapping for every op of inference', () => {
    const trainingForms = new Set(['batch_normalization', 'dropout'])
    const inference = ops.filter((op) => op.onnx !== null && !trainingForms.has(op.name))
    const missing = inference.filter((op) => !(op.name in operators)).map((op) => op.name)
    expect(inference.length).toBeGreaterThan(10)
    expect(missing).toEqual([])
    expect(() => operatorFor('fourier', 'layer_1')).toThrow(expect.objectContaining({ code: 'export.unsupported-op' }))
  })
})
