import { readFileSync } from 'node:fs'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { decodeModel } from '../../../engine/export/onnx/schema.ts'
import { metricOf, succeed, workFolder } from '../../support/cli.ts'
import { newProject } from './projects.ts'

const folder = workFolder()

interface Exported {
  /** What `lamina predict --split test` wrote. */
  rows: Record<string, string>[]
  /** What ONNX Runtime gives for the feature cells of these rows: one array a row. */
  onnx: number[][]
  path: string
}

/** Trains a template with seed 1, then predicts its test rows twice: by `lamina predict`, and by ONNX Runtime. */
async function predictTwice(template: string): Promise<Exported> {
  const path = await newProject(folder, template)
  await succeed(folder, 'train', path, '--seed', 1)
  const csv = `${path}.csv`
  const { rows: count } = await succeed(folder, 'predict', path, '--split', 'test', '--output', csv)
  const rows = Papa.parse<Record<string, string>>(readFileSync(csv, 'utf8'), {
    header: true,
    skipEmptyLines: true,
  }).data
  expect(rows).toHaveLength(count as number)
  expect(rows.length).toBeGreaterThanOrEqual(30)

  const file = `${path}.onnx`
  await succeed(folder, 'export', path, '--format', 'onnx', '--out', file)
  const bytes = readFileSync(file)
  const inputs = decodeModel(bytes).metadataProps.find(({ key }) => key === 'lamina.inputs')
  const [{ name, columns }] = JSON.parse(inputs!.value) as [{ name: string; columns: string[] }]
  const cells = Float32Array.from(
    rows.flatMap((row) => columns.map((column) => row[column])),
    Number,
  )
  const session = await InferenceSession.create(bytes)
  const results = await session.run({ [name]: new Tensor('float32', cells, [rows.length, columns.length]) })
  const output = results[session.outputNames[0]!]!
  const width = output.data.length / rows.length
  const values = Array.from(output.data as Float32Array)
  return { path, rows, onnx: rows.map((_, row) => values.slice(row * width, (row + 1) * width)) }
}

/** Largest difference over all rows and columns. */
function largest(differences: readonly number[]): number {
  expect(differences.every(Number.isFinite)).toBe(true)
  return Math.max(...differences.map(Math.abs))
}

describe('the exported ONNX model on the test rows', () => {
  it.each(['iris', 'wine', 'digits', 'breast-cancer'])(
    '%s: class probabilities within 1e-5 of `lamina predict`, and the accuracy of `lamina evaluate`',
    async (template) => {
      const { path, rows, onnx } = await predictTwice(template)
      const scores = Object.keys(rows[0]!).filter((name) => name.startsWith('probability_'))
      // One sigmoid unit gives the probability of the second class.
      const columns = onnx[0]!.length === 1 ? scores.slice(1) : scores
      expect(columns).toHaveLength(onnx[0]!.length)
      const difference = largest(
        rows.flatMap((row, index) => columns.map((name, at) => Number(row[name]) - onnx[index]![at]!)),
      )
      console.info(`${template}: ${rows.length} rows, largest difference ${difference.toExponential(1)}`)
      expect(difference).toBeLessThan(1e-5)

      const predicted = Object.keys(rows[0]!).find((name) => name.startsWith('predicted_'))!
      const hits = rows.filter((row) => row[predicted] === row[predicted.slice('predicted_'.length)]).length
      const { mean } = metricOf(await succeed(folder, 'evaluate', path, '--split', 'test'), 'accuracy')
      expect(hits / rows.length).toBeCloseTo(mean, 12)
    },
  )

  /** Numbers around 150 have steps of 1.5e-5 in float32, so that the bound holds in standard deviations of the target. */
  it('diabetes: predictions within 1e-5 standard deviations of `lamina predict`', async () => {
    const { path, rows, onnx } = await predictTwice('diabetes')
    const actual = rows.map((row) => Number(row.progression))
    const mean = actual.reduce((sum, value) => sum + value, 0) / actual.length
    const squares = actual.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    const difference = largest(rows.map((row, index) => Number(row.predicted_progression) - onnx[index]![0]!))
    const relative = difference / Math.sqrt(squares / actual.length)
    console.info(
      `diabetes: ${rows.length} rows, largest difference ${difference.toExponential(1)} = ${relative.toExponential(1)} sd`,
    )
    expect(relative).toBeLessThan(1e-5)

    const residuals = rows.reduce(
      (sum, row, index) => sum + (Number(row.predicted_progression) - actual[index]!) ** 2,
      0,
    )
    const r2 = metricOf(await succeed(folder, 'evaluate', path, '--split', 'test'), 'r2').mean
    // `evaluate` takes the target from its encoding in float32.
    expect(1 - residuals / squares).toBeCloseTo(r2, 7)
  })
})
