import { describe, expect, it } from 'vitest'
import { rowErrors } from '../../../engine/evaluation/reconstruction.ts'
import { reconstructionReport } from '../../../engine/evaluation/reconstruction-report.ts'

const base = {
  rows: Int32Array.of(4, 6, 8, 9),
  squared: Float64Array.of(1, 4, 2, 3),
  absolute: Float64Array.of(1, 2, 1, 2),
  quantile: 0.5,
  references: [
    { name: 'training', errors: Float64Array.of(0.5, 1.5) },
    { name: 'validation', errors: Float64Array.of(3, 1, 2) },
  ],
  anomalies: ['odd'],
}
const labels = { names: ['plain', 'odd'], codes: [0, 1, 1, -1] }

describe('reconstructionReport', () => {
  it('takes the threshold from the last part it is compared with, and counts rows above it', () => {
    expect(reconstructionReport(base)).toMatchObject({ threshold: 2, thresholdPart: 'validation', flagged: 0.5, mse: 2.5, rmse: Math.sqrt(2.5), mae: 1.5, auroc: null, anomalies: [] }) // biome-ignore format: one expectation
    expect(reconstructionReport({ ...base, references: [] })).toMatchObject({ threshold: null, flagged: null })
  })

  it('judges the error as a score of anomalies by labels', () => {
    // Anomalies have 4 and 2, ordinary rows 1 and 3: three of four pairs stand in the right order.
    const report = reconstructionReport({ ...base, labels })
    expect(report).toMatchObject({ auroc: 0.75, detected: 0.5, falseAlarms: 0.5, anomalies: ['odd'] })
    expect(report.labels).toEqual([
      { label: 'plain', rows: 1, mean: 1, flagged: 0 },
      { label: 'odd', rows: 2, mean: 3, flagged: 0.5 },
    ])
    expect(report.worst).toEqual([
      { row: 6, error: 4, label: 'odd' },
      { row: 9, error: 3, label: null },
      { row: 8, error: 2, label: 'odd' },
      { row: 4, error: 1, label: 'plain' },
    ])
    expect(reconstructionReport({ ...base, labels, anomalies: [] }).auroc).toBeNull()
  })

  it('puts every row of every part into a bin', () => {
    const { distributions, edges } = reconstructionReport({ ...base, labels })
    expect([edges[0], edges.at(-1)]).toEqual([0, 4])
    const counted = distributions.map(({ name, counts }) => [name, counts.reduce((sum, count) => sum + count, 0)])
    expect(counted).toEqual([['training', 2], ['validation', 3], ['ordinary rows', 2], ['anomalies: odd', 2]]) // biome-ignore format: one table
    expect(distributions.map(({ median }) => median)).toEqual([1, 2, 2, 3])
  })

  it('lists a part once when its rows are the ones reported on', () => {
    const itself = { name: 'validation', errors: base.squared, same: true }
    const named = (input: typeof base) => reconstructionReport(input).distributions.map(({ name }) => name)
    expect(named(base)).toEqual(['training', 'validation', 'these rows'])
    expect(named({ ...base, references: [base.references[0]!, itself] })).toEqual(['training', 'validation'])
    // Ordinary rows and anomalies are not the part as a whole.
    expect(reconstructionReport({ ...base, labels, references: [itself] }).distributions).toHaveLength(3)
  })

  it('stands without a number when nothing differs', () => {
    const zero = { ...base, squared: new Float64Array(4), absolute: new Float64Array(4), references: [] }
    expect(reconstructionReport(zero)).toMatchObject({ mse: 0, distributions: [{ rows: 4, max: 0 }] })
  })
})

describe('rowErrors', () => {
  const given = Float32Array.of(1, 2, 3, 4)

  it('compares rows with what was fed, numbers or scaled bytes', () => {
    const numbers = { data: Float32Array.of(9, 9, 0, 2, 3, 2), rowSize: 2 }
    expect(rowErrors(given, numbers, Int32Array.of(1, 2))).toEqual({
      squared: Float64Array.of(0.5, 2),
      absolute: Float64Array.of(0.5, 1),
    })
    const bytes = { data: Uint8Array.of(2, 4, 4, 6), rowSize: 2, scale: 0.5, shift: 1 }
    expect(rowErrors(given, bytes, Int32Array.of(0, 1)).absolute).toEqual(Float64Array.of(1, 0))
  })
})
