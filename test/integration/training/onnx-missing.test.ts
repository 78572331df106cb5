import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import { exportOnnx } from '../../../engine/export/onnx/export-onnx.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { textProject } from './projects.ts'

const native = loadNative()
const rows = 60
const labels = (row: number) => ({
  colour: row % 11 === 4 ? '' : ['red', 'green', 'blue', 'red'][row % 4]!,
  size: row % 13 === 5 ? '' : ['small', 'large', 'large'][row % 3]!,
})

describe('an exported ONNX model', () => {
  it('fills missing one-hot and ordinal labels, given as empty strings, as the engine does', async () => {
    const lines = Array.from({ length: rows }, (_, row) => {
      const { colour, size } = labels(row)
      return [colour, size, Math.sin(row).toFixed(4), (row % 4 === 0 ? 5 : -3) + row / 100].join(',')
    })
    const project = textProject(
      ['colour,size,b,y', ...lines].join('\n'),
      [
        { type: 'input', name: 'features' },
        { type: 'dense', name: 'first', params: { units: 6, activation: 'tanh' } },
        { type: 'dense', name: 'last', params: { units: 1 } },
        { type: 'output', name: 'answer' },
      ],
      { epochs: 10, batchSize: 8 },
      (description) => ({
        ...description,
        columns: description.columns.map((column) =>
          column.name === 'size'
            ? { ...column, transform: 'ordinal', categories: ['small', 'large'], missing: 'most-frequent' }
            : column.name === 'colour'
              ? { ...column, missing: 'most-frequent' }
              : column,
        ),
      }),
    )
    const { model } = await createTrainer({ native }).train(project)
    const { compiled, persistent, fitted } = model
    const exported = exportOnnx({ compiled, persistent, fitted, name: 'test', version: '0.0.0' })
    const session = await InferenceSession.create(exported.bytes)
    const all = Array.from({ length: rows }, (_, row) => row)
    const numbers = Float32Array.from(all, (row) => Number(Math.sin(row).toFixed(4)))
    const results = await session.run({
      features: new Tensor('float32', numbers, [rows, 1]),
      colour: new Tensor(
        'string',
        all.map((row) => labels(row).colour),
        [rows, 1],
      ),
      size: new Tensor(
        'string',
        all.map((row) => labels(row).size),
        [rows, 1],
      ),
    })
    const theirs = results[exported.outputs[0]!.name]!.data as Float32Array
    const { outputs } = await predictTable(native, model, project.description, project.table, {
      rows: Int32Array.from(all),
    })
    const ours = outputs[0]!.kind === 'classes' ? [] : outputs[0]!.values
    const deviation = 1 / fitted.targets[0]!.scale
    expect(fitted.features.map(({ fill }) => fill).filter((fill) => typeof fill === 'string')).toEqual(['red', 'large'])
    for (const row of all) expect(Math.abs(theirs[row]! - ours[row]!) / deviation, `row ${row}`).toBeLessThan(1e-5)
  })
})
