import { describe, expect, it } from 'vitest'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { predictTable } from '../../../engine/evaluation/predict.ts'
import type { ReconstructionReport } from '../../../engine/evaluation/reconstruction-report.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { type Project, textProject } from './projects.ts'

const native = loadNative()
const STEPS = 6

const lengthOf = (row: number): number => 2 + (row % 5)
const fed = (row: number, step: number): string => (1 + Math.sin(row + step) / 2).toFixed(3)

/** Sequences of one number, of 2 to 6 steps and then zeros, to be given back. */
function padded(): Project {
  const rows = Array.from({ length: 48 }, (_, row) =>
    Array.from({ length: STEPS }, (_, t) => (t < lengthOf(row) ? fed(row, t) : '0')).join(','),
  )
  const names = Array.from({ length: STEPS }, (_, t) => (t + 1 < STEPS ? `t${t}` : 'y'))
  const layers = [
    { type: 'input', name: 'series', params: { shape: [STEPS, 1] } },
    { type: 'masking', name: 'masking' },
    { type: 'dense', name: 'hidden', params: { units: 8, activation: 'tanh' } },
    { type: 'dense', name: 'back', params: { units: 1 } },
    { type: 'output', name: 'out', params: { target: 'input:series' } },
  ]
  const plan = { epochs: 120, batchSize: 8, optimizer: { type: 'adam', params: { learningRate: 0.02 } } }
  return textProject(`${names.join(',')}\n${rows.join('\n')}`, layers, plan, (description) => ({
    ...description,
    columns: description.columns.map((column) => ({ ...column, role: 'feature', transform: 'none', missing: 'mean' })),
  }))
}

describe('an autoencoder of padded sequences', () => {
  it('is trained and judged by the steps that are no padding', async () => {
    const project = padded()
    const { metrics, model } = await createTrainer({ native }).train(project)
    expect(metrics.loss).toBeLessThan(0.01)
    const { test } = project.split
    const { outputs } = await evaluateRows(native, model, project.table, test)
    const report = outputs[0]?.report as ReconstructionReport
    expect(report.mse).toBeLessThan(0.01)

    const predicted = await predictTable(native, model, project.description, project.table)
    const [given] = predicted.outputs
    if (given?.kind !== 'reconstruction') throw new Error('no reconstruction')
    for (const row of [0, 1, 2, 3]) {
      const length = lengthOf(row)
      let sum = 0
      for (let t = 0; t < length; t += 1) sum += (given.values[row * STEPS + t]! - Number(fed(row, t))) ** 2
      expect(given.errors[row]).toBeCloseTo(sum / length, 6)
      // What it makes of padding is far from the zeros there, and counts nothing.
      expect(Math.abs(given.values[row * STEPS + length]!)).toBeGreaterThan(0.05)
    }
  })
})
