import { describe, expect, it } from 'vitest'
import { HealthMonitor, healthRules } from '../../../engine/training/health/index.ts'
import type { EpochRecord } from '../../../engine/training/history.ts'

function historyOf(losses: readonly number[], validation?: readonly number[]): EpochRecord[] {
  return losses.map((loss, index) => ({
    epoch: index + 1,
    learningRate: 0.1,
    seconds: 0,
    metrics: { loss, ...(validation ? { validation_loss: validation[index] as number } : {}) },
  }))
}

function symptoms(history: EpochRecord[]): string[] {
  const warnings = new HealthMonitor().check(history)
  for (const { message, why } of warnings) expect([message, why].every((text) => text.endsWith('.'))).toBe(true)
  return warnings.map(({ rule }) => rule)
}

const range = (count: number, value: (index: number) => number) => Array.from({ length: count }, (_, i) => value(i))

describe('health rules', () => {
  it('say nothing while training and validation loss fall', () => {
    const falling = range(60, (i) => 1 / (i + 1))
    expect(symptoms(historyOf(falling, falling))).toEqual([])
  })

  it('see overfitting when validation rises while training still falls', () => {
    const train = range(30, (i) => 1 / (i + 1))
    const rising = range(30, (i) => 0.5 + Math.abs(i - 8) / 20)
    expect(symptoms(historyOf(train, rising))).toEqual(['overfitting'])
    expect(symptoms(historyOf(train.slice(0, 12), rising.slice(0, 12)))).toEqual([])
  })

  it('see a loss that stands still, but not one that is done', () => {
    const still = range(40, (i) => (i < 5 ? 2 - i / 5 : 0.7))
    expect(symptoms(historyOf(still))).toEqual(['plateau'])
    expect(symptoms(historyOf(still.map((loss) => loss / 1e4)))).toEqual([])
  })

  it('see a loss that rises', () => {
    expect(symptoms(historyOf([1, 0.9, 1.2, 2, 3]))).toEqual(['divergence'])
    expect(symptoms(historyOf([1, 0.9, 1.2, 0.9, 3]))).toEqual([])
  })

  it('see that nothing is learned', () => {
    expect(symptoms(historyOf(range(12, (i) => 1 - i / 5000)))).toContain('underfitting')
  })

  it('report each symptom once a run', () => {
    const monitor = new HealthMonitor()
    const history = historyOf([1, 2, 3, 4])
    expect(monitor.check(history)).toHaveLength(1)
    expect(monitor.check(history)).toHaveLength(0)
  })

  it('have ids of their own and stand an empty history', () => {
    expect(new Set(healthRules.map(({ id }) => id)).size).toBe(healthRules.length)
    for (const rule of healthRules) expect(rule.check([])).toBeNull()
  })
})
